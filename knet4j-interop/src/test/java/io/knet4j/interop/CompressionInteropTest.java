package io.knet4j.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.CompressionStatistics;
import io.knet4j.Destination;
import io.knet4j.Knet;
import io.knet4j.ReceivedMessage;
import io.knet4j.interop.junit.RequiresLibKnet;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every compression method, in both directions. */
@RequiresLibKnet
@Execution(ExecutionMode.CONCURRENT)
class CompressionInteropTest {
    private static final int[] SIZES = {1, 99, 100, 101, 102, 300, 1000, 5000, 20_000, 65_536};

    /** A method with levels: lowest, default, highest, and those which are special. */
    record Case(CompressionMethod method, List<Integer> levels) {
        private Case(CompressionMethod method, Integer... levels) {
            this(method, List.of(levels));
        }

        @Override
        public String toString() {
            return method.methodName() + ' ' + levels;
        }
    }

    static Stream<Case> cases() {
        int lowest = Integer.MIN_VALUE;
        int highest = Integer.MAX_VALUE;
        return Stream.of(
                new Case(CompressionMethod.ZLIB, -1, 0, 1, 9),
                new Case(CompressionMethod.LZ4, lowest, 1, highest),
                new Case(CompressionMethod.LZ4HC, lowest, 1, 9, 12, highest),
                new Case(CompressionMethod.LZO2, lowest, 1, 11, 12, 15, 999, highest),
                new Case(CompressionMethod.LZMA, 0, 6, 9, 6 | lowest),
                new Case(CompressionMethod.BZIP2, 1, 9),
                new Case(CompressionMethod.ZSTD, -5, 1, 3, 22, highest));
    }

    private static byte[] text(int size) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; lines.length() < size; i++) {
            lines.append("line ").append(i).append(" of a message that gets smaller\n");
        }
        return lines.substring(0, size).getBytes(StandardCharsets.US_ASCII);
    }

    /** The first half does not get smaller, the second does. */
    private static byte[] mix(int size) {
        byte[] bytes = text(size);
        byte[] noise = Payloads.pattern(size / 2, size);
        System.arraycopy(noise, 0, bytes, 0, noise.length);
        return bytes;
    }

    private static List<byte[]> messages(int size) {
        return List.of(text(size), new byte[size], mix(size), Payloads.pattern(size, size));
    }

    private static void javaToC(JavaAndC pair, byte[] payload, String what) throws Exception {
        pair.java.channel(0).send(ByteBuffer.wrap(payload), Destination.host(pair.cId));
        CMessage inC = pair.c.poll(Await.LIMIT);
        assertNotNull(inC, "Java to C, lost: " + what);
        Payloads.assertSame(payload, inC.payload(), "Java to C, " + what);
    }

    private static void cToJava(JavaAndC pair, byte[] payload, String what) throws Exception {
        pair.c.send(0, payload);
        ReceivedMessage inJava =
                pair.java
                        .channel(0)
                        .receive(Await.LIMIT)
                        .orElseThrow(() -> new AssertionError("C to Java, lost: " + what));
        Payloads.assertSame(payload, inJava.payload(), "C to Java, " + what);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void messagesArriveAtEveryLevel(Case one) throws Exception {
        String name = one.method.methodName();
        try (JavaAndC pair = new JavaAndC.Settings().open()) {
            pair.awaitUp();
            pair.java.setInterfaceMtu(OptionalInt.of(1500)); // so that most are fragmented, too
            if (one.method == CompressionMethod.ZSTD) {
                pair.c.compress(name, 0, 3); // it would crash otherwise
            }
            for (int level : one.levels) {
                pair.java.setCompression(CompressionConfig.of(one.method).withLevel(level));
                for (int size : SIZES) {
                    for (byte[] message : messages(size)) {
                        javaToC(pair, message, name + " level " + level + ", " + size + " bytes");
                    }
                }
            }
            CompressionStatistics sent = pair.java.statistics().compression();
            assertEquals(
                    (long) SIZES.length * 4 * one.levels.size(),
                    sent.txCompressed() + sent.txUncompressed());
            assertEquals(0, sent.txFailed());
            // Text and zeros of 101 bytes or more, and most of the mixtures.
            assertTrue(sent.txCompressed() >= 2L * (SIZES.length - 3) * one.levels.size());
            assertEquals(sent.txCompressed(), pair.c.stats().rxCompressedPackets());
            // The C library counts the 8 bytes of the DATA header as well.
            assertEquals(
                    sent.txCompressedBytes() + 8 * sent.txCompressed(),
                    pair.c.stats().rxCompressedSizeBytes());
            assertEquals(sent.txOriginalBytes(), pair.c.stats().rxCompressedOriginalBytes());

            pair.java.setCompression(CompressionConfig.NONE);
            for (int level : one.levels) {
                pair.c.compress(name, 0, level);
                for (int size : SIZES) {
                    for (byte[] message : messages(size)) {
                        cToJava(pair, message, name + " level " + level + ", " + size + " bytes");
                    }
                }
            }
            CompressionStatistics received = pair.java.statistics().compression();
            assertEquals(0, received.rxFailed());
            assertTrue(received.rxDecompressed() >= 2L * (SIZES.length - 3) * one.levels.size());
        }
    }

    @Test
    void bothSidesUseTheSameThreshold() throws Exception {
        try (JavaAndC pair = new JavaAndC.Settings().open()) {
            pair.awaitUp();
            for (CompressionMethod method : CompressionMethod.values()) {
                if (method != CompressionMethod.NONE && method != CompressionMethod.ZSTD) {
                    checkThreshold(pair, method, 0, 100);
                    checkThreshold(pair, method, 2000, 2000);
                    checkThreshold(pair, method, 65_536, 65_536);
                }
            }
        }
    }

    private static void checkThreshold(
            JavaAndC pair, CompressionMethod method, int threshold, int limit) throws Exception {
        pair.java.setCompression(CompressionConfig.of(method).withThreshold(threshold));
        pair.c.compress(method.methodName(), threshold, method.defaultLevel());
        CompressionStatistics before = pair.java.statistics().compression();
        javaToC(pair, new byte[limit], limit + " zeros");
        cToJava(pair, new byte[limit], limit + " zeros");
        CompressionStatistics atLimit = pair.java.statistics().compression();
        assertEquals(before.txCompressed(), atLimit.txCompressed());
        assertEquals(before.rxDecompressed(), atLimit.rxDecompressed());
        if (limit < Knet.MAX_MESSAGE_SIZE) {
            javaToC(pair, new byte[limit + 1], limit + 1 + " zeros");
            cToJava(pair, new byte[limit + 1], limit + 1 + " zeros");
            CompressionStatistics above = pair.java.statistics().compression();
            assertEquals(before.txCompressed() + 1, above.txCompressed());
            assertEquals(before.rxDecompressed() + 1, above.rxDecompressed());
        }
    }

    /** The C node would crash, and with it this JVM. */
    @Test
    void aHostThatUsesAnotherMethodIsNotSentZstd() throws Exception {
        try (JavaAndC pair = new JavaAndC.Settings().open()) {
            pair.awaitUp();
            pair.c.compress("lz4", 0, 1);
            cToJava(pair, text(1000), "lz4");
            pair.java.setCompression(CompressionConfig.of(CompressionMethod.ZSTD));
            javaToC(pair, text(1000), "not zstd");
            assertEquals(0, pair.java.statistics().compression().txCompressed());
            pair.c.compress("zstd", 0, 3);
            cToJava(pair, text(1000), "zstd");
            javaToC(pair, text(1000), "zstd");
            assertEquals(1, pair.java.statistics().compression().txCompressed());
            assertFalse(pair.java.statistics().compression().rxFailed() > 0);
        }
    }
}
