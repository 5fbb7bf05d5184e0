package io.knet4j.internal.engine;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.annotations.SerializedName;
import io.knet4j.ClearTraffic;
import io.knet4j.CryptoConfig;
import io.knet4j.SharedKey;
import io.knet4j.internal.security.JcaSuite;
import io.knet4j.internal.security.KeySlots;
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
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Recordings of what two hosts that run the C library said to each other. */
final class Vectors {
    private static final List<Recording> ALL = files().stream().map(Vectors::read).toList();

    private Vectors() {}

    /** Number of recordings in each folder. */
    static Map<String, Integer> countPerFolder() {
        Map<String, Integer> counts = new TreeMap<>();
        files().forEach(file ->
                counts.merge(file.getParent().getFileName().toString(), 1, Integer::sum));
        return counts;
    }

    /** A recording. */
    record Recording(
            String name,
            Config config,
            List<Payload> payloads,
            List<Datagram> datagrams,
            @Nullable Notes notes) {
        int hostA() {
            return Objects.requireNonNull(config.hosts.get("A"));
        }

        int hostB() {
            return Objects.requireNonNull(config.hosts.get("B"));
        }

        /** What the hosts did between the datagrams; empty when their crypto stayed as it was. */
        List<Phase> phases() {
            return notes == null || notes.phases == null ? List.of() : notes.phases;
        }

        /** Slots as host A or B had them at the start. */
        KeySlots keys(String host) {
            KeySlots keys = new KeySlots();
            int inUse = config.initialSlot();
            for (int slot : config.slots().keySet()) {
                if (phases().isEmpty() || slot == inUse) {
                    keys.set(slot, suite(slot, host));
                }
            }
            keys.use(inUse);
            keys.setClearTraffic(config.initialPolicy());
            return keys;
        }

        /** Slots that open everything that was recorded. */
        KeySlots allKeys() {
            KeySlots keys = new KeySlots();
            config.slots().keySet().forEach(slot -> keys.set(slot, suite(slot, "A")));
            keys.setClearTraffic(config.initialPolicy());
            return keys;
        }

        JcaSuite suite(int slot, String host) {
            return JcaSuite.of(crypto(slot, host), new SplittableRandom(slot));
        }

        CryptoConfig crypto(int slot, String host) {
            return Objects.requireNonNull(config.slots().get(slot)).on(host);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    record Config(
            Map<String, Integer> hosts,
            LinkInfo link,
            @SerializedName("data_mtu") JsonElement dataMtu,
            @Nullable Map<Integer, SlotInfo> crypto,
            @SerializedName("crypto_in_use") JsonElement inUse,
            @SerializedName("rx_clear_traffic") String clearTraffic) {

        Map<Integer, SlotInfo> slots() {
            return crypto == null ? Map.of() : crypto;
        }

        /** The slot that was in use when the recording began. */
        int initialSlot() {
            return inUse.getAsJsonPrimitive().isNumber() ? inUse.getAsInt() : 0;
        }

        ClearTraffic initialPolicy() {
            return clearTraffic.startsWith("allow") ? ClearTraffic.ALLOW : ClearTraffic.REFUSE;
        }
    }

    record LinkInfo(String family) {}

    /** A slot; model and names differ between the hosts where they are objects. */
    record SlotInfo(
            JsonElement model,
            JsonElement cipher,
            JsonElement hash,
            @SerializedName("key_len") int keyLength,
            @SerializedName("key_hex") String key) {

        CryptoConfig on(String host) {
            byte[] bytes = HexFormat.of().parseHex(key);
            if (bytes.length != keyLength) {
                throw new IllegalStateException("not the key that was recorded");
            }
            return CryptoConfig.named(
                            of(model, host), of(cipher, host), of(hash, host), SharedKey.of(bytes))
                    .orElseThrow();
        }

        private static String of(JsonElement value, String host) {
            return value.isJsonObject()
                    ? value.getAsJsonObject().get(host).getAsString()
                    : value.getAsString();
        }
    }

    record Notes(@Nullable List<Phase> phases) {}

    /** Something that one host, or both at the start, did. */
    record Phase(@SerializedName("t_us") long time, String step) {
        private static final Pattern STEP =
                Pattern.compile(
                        "host ([AB]): (?:slot (\\d)(?: = \\S+)? installed.*|use slot (\\d)"
                                + "|slot (\\d) cleared|(clear traffic disallowed))");

        /** Whether this only says how things were at the start. */
        boolean isStart() {
            return step.startsWith("both hosts");
        }

        /** Does the same to a node if its host is the one that did it. */
        void repeat(Recording recording, String host, Engine engine) {
            Matcher matcher = STEP.matcher(step);
            if (!matcher.matches()) {
                throw new IllegalArgumentException(step);
            }
            if (!matcher.group(1).equals(host)) {
                return;
            }
            if (matcher.group(2) != null) {
                int slot = Integer.parseInt(matcher.group(2));
                engine.setKeySlot(slot, recording.suite(slot, host));
            } else if (matcher.group(3) != null) {
                engine.useKeySlot(Integer.parseInt(matcher.group(3)));
            } else if (matcher.group(4) != null) {
                engine.clearKeySlot(Integer.parseInt(matcher.group(4)));
            } else {
                engine.setClearTraffic(ClearTraffic.REFUSE);
            }
        }
    }

    /** A message of the application. */
    record Payload(
            int from,
            int channel,
            String generator,
            String label,
            int len,
            String sha256,
            List<Integer> datagrams,
            @SerializedName("wire_compress") int compression,
            @SerializedName("wire_userdata_len") int wireLength) {
        byte[] bytes() {
            byte[] bytes =
                    switch (generator) {
                        case "text" -> text(len);
                        case "sha" -> sha(label, len);
                        case "zero" -> new byte[len];
                        case "mix" -> mix(label, len);
                        default -> throw new IllegalArgumentException(generator);
                    };
            if (!HexFormat.of().formatHex(digest(bytes)).equals(sha256)) {
                throw new IllegalStateException("not the payload that was recorded");
            }
            return bytes;
        }
    }

    /** A datagram. */
    record Datagram(
            int n,
            @SerializedName("t_us") long time,
            String dir,
            int len,
            String hex,
            Decoded decoded,
            @Nullable Seal crypto,
            @SerializedName("plain_hex") @Nullable String plainHex,
            @SerializedName("plain_sha256") @Nullable String plainSha256) {
        boolean fromA() {
            return dir.equals("A->B");
        }

        byte[] bytes() {
            return HexFormat.of().parseHex(hex);
        }

        /** The slot that sealed it, 0 for none. */
        int slot() {
            return crypto == null ? 0 : crypto.slot;
        }

        /** Whether a packet is the one that was sealed. */
        boolean seals(byte[] packet) {
            HexFormat format = HexFormat.of();
            if (slot() == 0) {
                return Arrays.equals(packet, bytes());
            }
            return plainHex != null
                    ? plainHex.equals(format.formatHex(packet))
                    : Objects.requireNonNull(plainSha256).equals(format.formatHex(digest(packet)));
        }
    }

    /** How a datagram was sealed. */
    record Seal(int slot, @Nullable String hmac, @Nullable String salt) {}

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
        return ALL;
    }

    private static List<Path> files() {
        try {
            URI folder = Objects.requireNonNull(Vectors.class.getResource("/vectors")).toURI();
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                return files.filter(Files::isRegularFile).sorted().toList();
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

    private static byte[] mix(String label, int length) {
        byte[] bytes = Arrays.copyOf(sha(label, length / 2), length);
        byte[] rest = text(length - length / 2);
        System.arraycopy(rest, 0, bytes, length / 2, rest.length);
        return bytes;
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
