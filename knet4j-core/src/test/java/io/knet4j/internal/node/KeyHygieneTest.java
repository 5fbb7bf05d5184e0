package io.knet4j.internal.node;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.knet4j.ClearTraffic;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.LinkConfig;
import io.knet4j.SharedKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys show nowhere: neither whole nor in parts, however written. */
class KeyHygieneTest {
    /** Shorter parts may appear by chance. */
    private static final int PART = 8;

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final byte[] KEY = bytes(1);
    private static final byte[] OTHER_KEY = bytes(2);

    private final Logger root = Logger.getLogger("");
    private final Logger ours = Logger.getLogger("io.knet4j");
    private final Queue<String> said = new ConcurrentLinkedQueue<>();
    private final Handler handler = new Collector();
    private final Level rootLevel = root.getLevel();

    @TempDir private Path folder;

    /** Keeps whatever is logged, as it would be written. */
    private final class Collector extends Handler {
        private final SimpleFormatter formatter = new SimpleFormatter();

        @Override
        public void publish(LogRecord line) {
            said.add(formatter.format(line));
            said.add(Arrays.toString(line.getParameters()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private static byte[] bytes(long seed) {
        byte[] bytes = new byte[512];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    @BeforeEach
    void listen() {
        handler.setLevel(Level.ALL);
        root.addHandler(handler);
        root.setLevel(Level.ALL);
        ours.setLevel(Level.ALL);
    }

    @AfterEach
    void stopListening() {
        root.removeHandler(handler);
        root.setLevel(rootLevel);
        ours.setLevel(null);
    }

    private void say(Object object) {
        said.add(String.valueOf(object));
    }

    private void say(Throwable thrown) {
        assertThat(thrown).isNotNull();
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text, true));
        said.add(text.toString());
    }

    /** A part of the key that a text holds. */
    private static Optional<String> leak(String text, byte[] key) {
        String lower = text.toLowerCase(Locale.ROOT);
        for (int at = 0; at + PART <= key.length; at++) {
            byte[] part = Arrays.copyOfRange(key, at, at + PART);
            // In groups of three bytes, the letters of Base64 do not depend on their neighbours.
            byte[] groups = Arrays.copyOfRange(key, at, at + 6);
            List<String> exact =
                    List.of(
                            new String(part, ISO_8859_1),
                            Base64.getEncoder().encodeToString(groups),
                            Base64.getUrlEncoder().encodeToString(groups),
                            inner(Arrays.toString(part)));
            List<String> hex =
                    List.of(
                            HexFormat.of().formatHex(part),
                            HexFormat.ofDelimiter(" ").formatHex(part),
                            HexFormat.ofDelimiter(":").formatHex(part));
            if (exact.stream().anyMatch(text::contains) || hex.stream().anyMatch(lower::contains)) {
                return Optional.of("byte " + at + " of the key in: " + text);
            }
        }
        return Optional.empty();
    }

    private static String inner(String array) {
        return array.substring(1, array.length() - 1);
    }

    private void assertNothingLeaked() {
        assertThat(said).isNotEmpty();
        assertThat(said)
                .allSatisfy(text -> {
                    assertThat(leak(text, KEY)).isEmpty();
                    assertThat(leak(text, OTHER_KEY)).isEmpty();
                });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 100})
    void aLeakWouldBeFound(int at) {
        byte[] part = Arrays.copyOfRange(KEY, at, at + 11);
        List<String> leaks =
                List.of(
                        HexFormat.of().formatHex(part),
                        HexFormat.of().withUpperCase().formatHex(part),
                        HexFormat.ofDelimiter(":").formatHex(part),
                        Base64.getEncoder().encodeToString(part),
                        Arrays.toString(part),
                        new String(part, ISO_8859_1));
        assertThat(leaks).allMatch(text -> leak("before " + text + " after", KEY).isPresent());
        assertThat(leaks).allMatch(text -> leak(text, OTHER_KEY).isEmpty());
    }

    @Test
    void aNodeThatMeetsStrangersTellsNothingOfItsKeys() throws Exception {
        BlockingQueue<KnetEvent> events = new LinkedBlockingQueue<>();
        InetAddress loopback = InetAddress.getLoopbackAddress();
        CryptoConfig config = CryptoConfig.aes256Sha256(SharedKey.of(KEY));
        try (DatagramSocket peer = new DatagramSocket(0, loopback);
                Knet knet = Knet.builder(1).crypto(config).open()) {
            knet.onEvent(events::add);
            knet.crypto()
                    .set(
                            2,
                            new CryptoConfig(
                                    CryptoCipher.AES128_CTR,
                                    CryptoHash.SHA512,
                                    SharedKey.of(OTHER_KEY)));
            InetSocketAddress remote = new InetSocketAddress(loopback, peer.getLocalPort());
            InetSocketAddress local =
                    knet.addHost(2)
                            .addLink(
                                    0,
                                    LinkConfig.udp(new InetSocketAddress(loopback, 0), remote)
                                            .withPing(
                                                    Duration.ofMillis(10), Duration.ofMillis(100)))
                            .config()
                            .local();
            byte[] garbage = new byte[80];
            garbage[0] = 77;
            peer.send(new DatagramPacket(garbage, garbage.length, local));
            byte[] clearPing = new byte[26];
            clearPing[0] = 1;
            clearPing[1] = (byte) 0x81;
            peer.send(new DatagramPacket(clearPing, clearPing.length, local));
            int mismatches = 0;
            while (mismatches < 2) {
                KnetEvent event = events.poll(LONG.toMillis(), TimeUnit.MILLISECONDS);
                assertThat(event).isNotNull();
                say(event);
                mismatches += event instanceof KnetEvent.CryptoMismatch ? 1 : 0;
            }
            misuse(knet);
            say(knet);
            say(knet.config());
            say(knet.crypto());
            say(knet.crypto().status());
            say(knet.statistics());
            say(knet.host(2).orElseThrow().status());
            say(knet.host(2).orElseThrow().link(0).orElseThrow().status());
            assertThat(knet.statistics().drops(DropCause.CLEAR_TRAFFIC)).isEqualTo(1);
            assertThat(knet.statistics().drops(DropCause.NOT_AUTHENTIC)).isEqualTo(1);
        }
        assertThat(said).as("the log was listened to").anyMatch(text -> text.contains("dropped"));
        assertNothingLeaked();
    }

    private void misuse(Knet knet) {
        SharedKey closed = SharedKey.of(KEY);
        closed.close();
        CryptoConfig config = CryptoConfig.aes256Sha256(SharedKey.of(KEY));
        say(config);
        say(config.key());
        say(CryptoConfig.aes256Sha256(closed));
        say(catchThrowable(() -> knet.crypto().set(1, config)));
        say(catchThrowable(() -> knet.crypto().set(7, config)));
        say(catchThrowable(() -> knet.crypto().clear(1)));
        say(catchThrowable(() -> knet.crypto().enable(CryptoConfig.aes256Sha256(closed))));
        say(catchThrowable(closed::toByteArray));
        say(catchThrowable(() -> CryptoConfig.named("nss", "aes512", "md5", config.key())));
        say(catchThrowable(() -> CryptoConfig.named("nss", "aes256", "none", config.key())));
        say(catchThrowable(() -> SharedKey.of(Arrays.copyOf(KEY, 127))));
        say(catchThrowable(() -> SharedKey.of(Arrays.copyOf(KEY, 4097))));
        knet.crypto().setClearTraffic(ClearTraffic.REFUSE);
    }

    @Test
    void keyFilesThatAreRefusedAreNotQuoted() throws IOException {
        Path file = folder.resolve("key");
        Files.write(file, Arrays.copyOf(KEY, 100));
        say(catchThrowable(() -> SharedKey.read(file)));
        Files.write(file, Arrays.copyOf(KEY, 5000));
        say(catchThrowable(() -> SharedKey.read(file)));
        Files.write(file, KEY);
        if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            say(catchThrowable(() -> SharedKey.read(file)));
        }
        try (SharedKey key = SharedKey.of(KEY)) {
            say(catchThrowable(() -> key.write(file)));
            say(catchThrowable(() -> key.write(folder.resolve("absent/key"))));
        }
        assertNothingLeaked();
    }
}
