package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.CompressionStatistics;
import io.knet4j.CryptoStatus;
import io.knet4j.DropCause;
import io.knet4j.LinkPolicy;
import io.knet4j.interop.junit.RequiresLibKnet;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages that are compressed and then encrypted, by every method in both directions. */
@RequiresLibKnet
@Execution(ExecutionMode.CONCURRENT)
class CryptoAndCompressionInteropTest {
    // Around the threshold, around a packet, several fragments, the longest.
    private static final int[] SIZES = {
        1, 99, 100, 101, 102, 300, 1000, 1364, 1365, 1366, 5000, 20_000, 65_535, 65_536
    };
    private static final int THRESHOLD = 100;

    private static final List<CompressionMethod> METHODS =
            Arrays.stream(CompressionMethod.values())
                    .filter(method -> method != CompressionMethod.NONE)
                    .toList();

    private static byte[] text(int size) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; lines.length() < size; i++) {
            lines.append("line ").append(i).append(" of a message that gets smaller\n");
        }
        return lines.substring(0, size).getBytes(StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @CsvSource({"1, PASSIVE", "2, PASSIVE", "2, ACTIVE"})
    void everyMethodGoesWithEncryption(int links, LinkPolicy policy) throws Exception {
        JavaAndC.Settings settings =
                new JavaAndC.Settings().links(links).policy(policy).crypto(Suite.USUAL);
        try (JavaAndC pair = settings.open()) {
            pair.awaitUp();
            pair.java.setInterfaceMtu(OptionalInt.of(1500));
            pair.c.interfaceMtu(1500);
            for (CompressionMethod method : METHODS) {
                // C first: it would crash on a zstd message otherwise.
                pair.c.compress(method.methodName(), THRESHOLD, method.defaultLevel());
                pair.java.setCompression(CompressionConfig.of(method).withThreshold(THRESHOLD));
                exchangeAll(pair, method);
            }
            CryptoStatus crypto = pair.java.crypto().status();
            assertEquals(0, crypto.clearPackets());
            assertTrue(crypto.slots().getFirst().packets() > 0);
            assertEquals(0, pair.java.statistics().drops(DropCause.NOT_AUTHENTIC));
            assertEquals(0, pair.java.statistics().drops(DropCause.BAD_COMPRESSION));
            if (policy == LinkPolicy.ACTIVE) {
                for (int link = 0; link < links; link++) {
                    assertTrue(
                            pair.javaLink(link).statistics().rxData().packets()
                                    >= (long) METHODS.size() * SIZES.length,
                            "messages on link " + link);
                }
            }
        }
    }

    private static void exchangeAll(JavaAndC pair, CompressionMethod method) throws Exception {
        CompressionStatistics before = pair.java.statistics().compression();
        long receivedByC = pair.c.stats().rxCompressedPackets();
        int compressible = 0;
        for (int size : SIZES) {
            String what = method.methodName() + ", " + size + " bytes";
            pair.exchange(text(size), what + " of text");
            pair.exchange(new byte[size], what + " of zeros");
            pair.exchange(Payloads.pattern(size, size), what + " that get no smaller");
            compressible += size > THRESHOLD ? 1 : 0;
        }
        CompressionStatistics after = pair.java.statistics().compression();
        long sent = after.txCompressed() - before.txCompressed();
        long received = after.rxDecompressed() - before.rxDecompressed();
        String name = method.methodName();
        // Zeros above the threshold get smaller by every method, and texts but for short ones.
        assertTrue(sent >= compressible, () -> name + ": sent compressed: " + sent);
        assertTrue(received >= compressible, () -> name + ": received compressed: " + received);
        assertTrue(sent <= 2L * compressible, () -> name + ": sent compressed: " + sent);
        assertEquals(sent, pair.c.stats().rxCompressedPackets() - receivedByC, name);
        assertEquals(before.txFailed(), after.txFailed(), name);
        assertEquals(before.rxFailed(), after.rxFailed(), name);
    }
}
