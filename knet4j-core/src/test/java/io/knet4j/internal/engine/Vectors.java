package io.knet4j.internal.engine;

import com.google.gson.Gson;
import com.google.gson.annotations.SerializedName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Recordings of what two hosts that run the C library said to each other. */
final class Vectors {
    private Vectors() {}

    /** A recording. */
    record Recording(String name, Config config, List<Payload> payloads, List<Datagram> datagrams) {
        int hostA() {
            return Objects.requireNonNull(config.hosts.get("A"));
        }

        int hostB() {
            return Objects.requireNonNull(config.hosts.get("B"));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    record Config(Map<String, Integer> hosts, LinkInfo link) {}

    record LinkInfo(String family) {}

    /** A message of the application. */
    record Payload(int from, int channel, String generator, String label, int len, String sha256) {
        byte[] bytes() {
            byte[] bytes =
                    switch (generator) {
                        case "text" -> text(len);
                        case "sha" -> sha(label, len);
                        case "zero" -> new byte[len];
                        default -> throw new IllegalArgumentException(generator);
                    };
            if (!HexFormat.of().formatHex(digest(bytes)).equals(sha256)) {
                throw new IllegalStateException("not the payload that was recorded");
            }
            return bytes;
        }
    }

    /** A datagram. */
    record Datagram(int n, String dir, int len, String hex, Decoded decoded) {
        boolean fromA() {
            return dir.equals("A->B");
        }

        byte[] bytes() {
            return HexFormat.of().parseHex(hex);
        }
    }

    /** The fields of a packet, as an independent decoder read them. */
    record Decoded(
            int version,
            String type,
            int node,
            int byte4,
            int seq,
            int compress,
            int bcast,
            @SerializedName("frag_num") int fragmentCount,
            @SerializedName("frag_seq") int fragmentNumber,
            int channel,
            @SerializedName("userdata_len") int length,
            int link,
            @SerializedName("time_raw") String token,
            int timed,
            @SerializedName("pmtud_size_le") int probedSize) {}

    static List<Recording> all() {
        try {
            URI folder = Objects.requireNonNull(Vectors.class.getResource("/vectors")).toURI();
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                return files.filter(file -> file.toString().endsWith(".json"))
                        .sorted()
                        .map(Vectors::read)
                        .toList();
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

    private static byte[] text(int length) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; lines.length() < length; i++) {
            lines.append("knet golden vector line %06d\n".formatted(i));
        }
        return lines.substring(0, length).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] sha(String label, int length) {
        byte[] prefix = ("knet-vector-" + label).getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes = ByteBuffer.allocate(length + 32);
        for (int i = 0; bytes.position() < length; i++) {
            byte[] block = Arrays.copyOf(prefix, prefix.length + 4);
            ByteBuffer.wrap(block).putInt(prefix.length, i);
            bytes.put(digest(block));
        }
        return Arrays.copyOf(bytes.array(), length);
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
