package io.knet4j.compress;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.annotations.SerializedName;
import io.knet4j.CompressionMethod;
import io.knet4j.spi.Decompressor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the C library compressed must be understood. */
class VectorsTest {
    private static final int SALT = 16;
    private static final int HEADER = 14;
    private static final int COMPRESSION_AT = 8;

    record Recording(String name, Config config, List<Payload> payloads, List<Datagram> datagrams) {
        @Override
        public String toString() {
            return name;
        }

        /** The messages that were compressed by a method, as they were on the wire. */
        List<byte[]> compressedBy(CompressionMethod method) {
            return payloads.stream()
                    .filter(payload -> payload.method == method.id())
                    .map(this::onTheWire)
                    .toList();
        }

        private byte[] onTheWire(Payload payload) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (int n : payload.datagrams) {
                byte[] packet =
                        config.open(
                                HexFormat.of()
                                        .parseHex(
                                                datagrams.stream()
                                                        .filter(one -> one.n == n)
                                                        .findFirst()
                                                        .orElseThrow()
                                                        .hex));
                assertThat(packet[COMPRESSION_AT]).isEqualTo((byte) payload.method);
                bytes.write(packet, HEADER, packet.length - HEADER);
            }
            return bytes.toByteArray();
        }
    }

    record Config(@Nullable Map<String, Suite> crypto) {
        boolean isEncrypted() {
            return crypto != null && !crypto.isEmpty();
        }

        byte[] open(byte[] datagram) {
            return isEncrypted() ? crypto.get("1").open(datagram) : datagram;
        }
    }

    /** AES in CBC mode. That the signature fits is the matter of the core's tests. */
    record Suite(String cipher, String hash, @SerializedName("key_hex") String key) {
        byte[] open(byte[] datagram) {
            int keyBytes = Integer.parseInt(cipher.substring("aes".length())) / 8;
            int signature = hash.equals("sha256") ? 32 : 20;
            try {
                Cipher aes = Cipher.getInstance("AES/CBC/PKCS5Padding");
                aes.init(
                        Cipher.DECRYPT_MODE,
                        new SecretKeySpec(HexFormat.of().parseHex(key), 0, keyBytes, "AES"),
                        new IvParameterSpec(datagram, 0, SALT));
                return aes.doFinal(datagram, SALT, datagram.length - SALT - signature);
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }
    }

    record Payload(
            int len,
            String sha256,
            List<Integer> datagrams,
            @SerializedName("wire_compress") int method) {}

    record Datagram(int n, String hex) {}

    static List<Recording> recordings() {
        try {
            URI folder = Objects.requireNonNull(VectorsTest.class.getResource("/vectors")).toURI();
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                return files.filter(Files::isRegularFile).sorted().map(VectorsTest::read).toList();
            }
        } catch (URISyntaxException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Recording read(Path file) {
        try {
            return new Gson().fromJson(Files.readString(file), Recording.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void allRecordingsThatNeedALibraryAreUsed() {
        assertThat(recordings()).hasSize(15 + 6 + 2);
        assertThat(recordings())
                .filteredOn(one -> one.config.isEncrypted())
                .as("encrypted")
                .hasSize(8);
    }

    @Test
    void thereAreRecordingsOfEveryMethod() {
        assertThat(recordings().stream().flatMap(one -> one.payloads.stream()))
                .extracting(Payload::method)
                .contains(2, 3, 4, 5, 6, 7);
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void everyPayloadComesBack(Recording recording) throws Exception {
        int compressed = 0;
        for (Payload payload : recording.payloads) {
            if (payload.method == 0) {
                continue;
            }
            compressed++;
            CompressionMethod method = CompressionMethod.withId(payload.method).orElseThrow();
            try (Decompressor decompressor = Methods.of(method).newDecompressor()) {
                byte[] plain =
                        Methods.decompress(decompressor, recording.onTheWire(payload), Methods.MAX);
                assertThat(plain).hasSize(payload.len);
                assertThat(
                                HexFormat.of()
                                        .formatHex(
                                                MessageDigest.getInstance("SHA-256").digest(plain)))
                        .isEqualTo(payload.sha256);
            }
        }
        assertThat(compressed).isPositive();
    }
}
