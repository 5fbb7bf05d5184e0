package io.knet4j.interop;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_CHAR;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The structs of {@code libknet.h} (API version 1, 64-bit Linux), one nested class each. */
final class KnetStructs {
    static final int MAX_HOST_LEN = 256;
    static final int MAX_PORT_LEN = 6;
    static final int MAX_LINK_EVENTS = 16;
    static final int MAX_KEY_LEN = 4096;
    static final int MAX_LOG_MSG_SIZE = 254;

    private KnetStructs() {}

    /** {@code struct sockaddr_storage} holding a {@code sockaddr_in} or a {@code sockaddr_in6}. */
    static final class SockAddr {
        static final int SIZE = 128;
        private static final char AF_INET = 2;
        private static final char AF_INET6 = 10;
        private static final ValueLayout.OfShort PORT =
                ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

        static final StructLayout LAYOUT_IN =
                MemoryLayout.structLayout(
                        JAVA_CHAR.withName("sin_family"),
                        PORT.withName("sin_port"),
                        MemoryLayout.sequenceLayout(4, JAVA_BYTE).withName("sin_addr"),
                        MemoryLayout.paddingLayout(SIZE - 8));
        static final StructLayout LAYOUT_IN6 =
                MemoryLayout.structLayout(
                        JAVA_CHAR.withName("sin6_family"),
                        PORT.withName("sin6_port"),
                        JAVA_INT.withName("sin6_flowinfo"),
                        MemoryLayout.sequenceLayout(16, JAVA_BYTE).withName("sin6_addr"),
                        JAVA_INT.withName("sin6_scope_id"),
                        MemoryLayout.paddingLayout(SIZE - 28));

        private static final VarHandle FAMILY = field(LAYOUT_IN, "sin_family");
        private static final VarHandle SIN_PORT = field(LAYOUT_IN, "sin_port");
        private static final VarHandle SCOPE_ID = field(LAYOUT_IN6, "sin6_scope_id");
        private static final long SIN_ADDR = offset(LAYOUT_IN, "sin_addr");
        private static final long SIN6_ADDR = offset(LAYOUT_IN6, "sin6_addr");

        private SockAddr() {}

        static void write(MemorySegment storage, InetSocketAddress address) {
            storage.fill((byte) 0);
            InetAddress ip = address.getAddress();
            if (ip == null) {
                throw new IllegalArgumentException("unresolved: " + address);
            }
            // The port is at the same place in both families.
            SIN_PORT.set(storage, 0L, (short) address.getPort());
            byte[] bytes = ip.getAddress();
            if (ip instanceof Inet6Address ip6) {
                FAMILY.set(storage, 0L, AF_INET6);
                MemorySegment.copy(bytes, 0, storage, JAVA_BYTE, SIN6_ADDR, bytes.length);
                SCOPE_ID.set(storage, 0L, ip6.getScopeId());
            } else {
                FAMILY.set(storage, 0L, AF_INET);
                MemorySegment.copy(bytes, 0, storage, JAVA_BYTE, SIN_ADDR, bytes.length);
            }
        }

        static InetSocketAddress read(MemorySegment storage) {
            int port = Short.toUnsignedInt((short) SIN_PORT.get(storage, 0L));
            char family = (char) FAMILY.get(storage, 0L);
            byte[] bytes =
                    switch (family) {
                        case AF_INET -> storage.asSlice(SIN_ADDR, 4).toArray(JAVA_BYTE);
                        case AF_INET6 -> storage.asSlice(SIN6_ADDR, 16).toArray(JAVA_BYTE);
                        default ->
                                throw new IllegalArgumentException(
                                        "address family " + (int) family);
                    };
            try {
                return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(e);
            }
        }
    }

    /** {@code struct knet_link_stats}. */
    static final class LinkStats {
        static final StructLayout LAYOUT =
                MemoryLayout.structLayout(
                        members(
                                List.of(
                                        uint64(
                                                "tx_data_packets",
                                                "rx_data_packets",
                                                "tx_data_bytes",
                                                "rx_data_bytes",
                                                "rx_ping_packets",
                                                "tx_ping_packets",
                                                "rx_ping_bytes",
                                                "tx_ping_bytes",
                                                "rx_pong_packets",
                                                "tx_pong_packets",
                                                "rx_pong_bytes",
                                                "tx_pong_bytes",
                                                "rx_pmtu_packets",
                                                "tx_pmtu_packets",
                                                "rx_pmtu_bytes",
                                                "tx_pmtu_bytes",
                                                "tx_total_packets",
                                                "rx_total_packets",
                                                "tx_total_bytes",
                                                "rx_total_bytes",
                                                "tx_total_errors",
                                                "tx_total_retries"),
                                        uint32(
                                                "tx_pmtu_errors",
                                                "tx_pmtu_retries",
                                                "tx_ping_errors",
                                                "tx_ping_retries",
                                                "tx_pong_errors",
                                                "tx_pong_retries",
                                                "tx_data_errors",
                                                "tx_data_retries",
                                                "latency_min",
                                                "latency_max",
                                                "latency_ave",
                                                "latency_samples",
                                                "down_count",
                                                "up_count"),
                                        Stream.of(
                                                MemoryLayout.sequenceLayout(
                                                                MAX_LINK_EVENTS, JAVA_LONG)
                                                        .withName("last_up_times"),
                                                MemoryLayout.sequenceLayout(
                                                                MAX_LINK_EVENTS, JAVA_LONG)
                                                        .withName("last_down_times"),
                                                JAVA_BYTE.withName("last_up_time_index"),
                                                JAVA_BYTE.withName("last_down_time_index"),
                                                MemoryLayout.paddingLayout(6)))));

        private LinkStats() {}

        static CLinkStats read(MemorySegment s) {
            return new CLinkStats(
                    u64(s, "tx_data_packets"),
                    u64(s, "rx_data_packets"),
                    u64(s, "tx_data_bytes"),
                    u64(s, "rx_data_bytes"),
                    u64(s, "tx_ping_packets"),
                    u64(s, "rx_ping_packets"),
                    u64(s, "tx_ping_bytes"),
                    u64(s, "rx_ping_bytes"),
                    u64(s, "tx_pong_packets"),
                    u64(s, "rx_pong_packets"),
                    u64(s, "tx_pong_bytes"),
                    u64(s, "rx_pong_bytes"),
                    u64(s, "tx_pmtu_packets"),
                    u64(s, "rx_pmtu_packets"),
                    u64(s, "tx_pmtu_bytes"),
                    u64(s, "rx_pmtu_bytes"),
                    u64(s, "tx_total_errors"),
                    u64(s, "tx_total_retries"),
                    u32(s, "tx_data_errors"),
                    u32(s, "tx_data_retries"),
                    u32(s, "latency_min"),
                    u32(s, "latency_max"),
                    u32(s, "latency_ave"),
                    u32(s, "latency_samples"),
                    u32(s, "up_count"),
                    u32(s, "down_count"));
        }

        private static long u64(MemorySegment s, String name) {
            return s.get(JAVA_LONG, offset(LAYOUT, name));
        }

        private static long u32(MemorySegment s, String name) {
            return Integer.toUnsignedLong(s.get(JAVA_INT, offset(LAYOUT, name)));
        }
    }

    /** {@code struct knet_link_status}. */
    static final class LinkStatus {
        static final StructLayout LAYOUT =
                MemoryLayout.structLayout(
                        JAVA_LONG.withName("size"),
                        chars(MAX_HOST_LEN).withName("src_ipaddr"),
                        chars(MAX_PORT_LEN).withName("src_port"),
                        chars(MAX_HOST_LEN).withName("dst_ipaddr"),
                        chars(MAX_PORT_LEN).withName("dst_port"),
                        JAVA_BYTE.withName("enabled"),
                        JAVA_BYTE.withName("connected"),
                        JAVA_BYTE.withName("dynconnected"),
                        MemoryLayout.paddingLayout(1),
                        JAVA_LONG.withName("latency"),
                        JAVA_LONG.withName("pong_last_sec"),
                        JAVA_LONG.withName("pong_last_nsec"),
                        JAVA_INT.withName("mtu"),
                        JAVA_INT.withName("proto_overhead"),
                        LinkStats.LAYOUT.withName("stats"));

        private static final VarHandle SIZE = field(LAYOUT, "size");
        private static final VarHandle ENABLED = field(LAYOUT, "enabled");
        private static final VarHandle CONNECTED = field(LAYOUT, "connected");
        private static final VarHandle DYNCONNECTED = field(LAYOUT, "dynconnected");
        private static final VarHandle LATENCY = field(LAYOUT, "latency");
        private static final VarHandle PONG_LAST_SEC = field(LAYOUT, "pong_last_sec");
        private static final VarHandle PONG_LAST_NSEC = field(LAYOUT, "pong_last_nsec");
        private static final VarHandle MTU = field(LAYOUT, "mtu");
        private static final VarHandle PROTO_OVERHEAD = field(LAYOUT, "proto_overhead");

        private LinkStatus() {}

        /**
         * The size the library itself gives the struct; different from ours when it is another
         * version.
         */
        static long size(MemorySegment s) {
            return (long) SIZE.get(s, 0L);
        }

        static CLinkStatus read(MemorySegment s) {
            return new CLinkStatus(
                    string(s, LAYOUT, "src_ipaddr"),
                    string(s, LAYOUT, "src_port"),
                    string(s, LAYOUT, "dst_ipaddr"),
                    string(s, LAYOUT, "dst_port"),
                    (byte) ENABLED.get(s, 0L) != 0,
                    (byte) CONNECTED.get(s, 0L) != 0,
                    (byte) DYNCONNECTED.get(s, 0L) != 0,
                    (long) LATENCY.get(s, 0L),
                    (long) PONG_LAST_SEC.get(s, 0L) * 1_000_000_000L
                            + (long) PONG_LAST_NSEC.get(s, 0L),
                    (int) MTU.get(s, 0L),
                    (int) PROTO_OVERHEAD.get(s, 0L),
                    LinkStats.read(s.asSlice(offset(LAYOUT, "stats"), LinkStats.LAYOUT)));
        }
    }

    /** {@code struct knet_host_status}. */
    static final class HostStatus {
        static final StructLayout LAYOUT =
                MemoryLayout.structLayout(
                        JAVA_BYTE.withName("reachable"),
                        JAVA_BYTE.withName("remote"),
                        JAVA_BYTE.withName("external"));
        private static final VarHandle REACHABLE = field(LAYOUT, "reachable");

        private HostStatus() {}

        static boolean reachable(MemorySegment s) {
            return (byte) REACHABLE.get(s, 0L) != 0;
        }
    }

    /** {@code struct knet_handle_stats}. */
    static final class HandleStats {
        static final StructLayout LAYOUT =
                MemoryLayout.structLayout(
                        members(
                                List.of(
                                        uint64(
                                                "size",
                                                "tx_uncompressed_packets",
                                                "tx_compressed_packets",
                                                "tx_compressed_original_bytes",
                                                "tx_compressed_size_bytes",
                                                "tx_compress_time_ave",
                                                "tx_compress_time_min",
                                                "tx_compress_time_max",
                                                "rx_compressed_packets",
                                                "rx_compressed_original_bytes",
                                                "rx_compressed_size_bytes",
                                                "rx_compress_time_ave",
                                                "rx_compress_time_min",
                                                "rx_compress_time_max",
                                                "tx_crypt_packets",
                                                "tx_crypt_byte_overhead",
                                                "tx_crypt_time_ave",
                                                "tx_crypt_time_min",
                                                "tx_crypt_time_max",
                                                "rx_crypt_packets",
                                                "rx_crypt_time_ave",
                                                "rx_crypt_time_min",
                                                "rx_crypt_time_max"))));

        private HandleStats() {}

        static long size(MemorySegment s) {
            return u64(s, "size");
        }

        static CNodeStats read(MemorySegment s) {
            return new CNodeStats(
                    u64(s, "tx_uncompressed_packets"),
                    u64(s, "tx_compressed_packets"),
                    u64(s, "tx_compressed_original_bytes"),
                    u64(s, "tx_compressed_size_bytes"),
                    u64(s, "rx_compressed_packets"),
                    u64(s, "rx_compressed_original_bytes"),
                    u64(s, "rx_compressed_size_bytes"),
                    u64(s, "tx_crypt_packets"),
                    u64(s, "tx_crypt_byte_overhead"),
                    u64(s, "tx_crypt_time_ave"),
                    u64(s, "rx_crypt_packets"),
                    u64(s, "rx_crypt_time_ave"));
        }

        private static long u64(MemorySegment s, String name) {
            return s.get(JAVA_LONG, offset(LAYOUT, name));
        }
    }

    /** {@code struct knet_handle_crypto_cfg}. */
    static final class CryptoCfg {
        static final StructLayout LAYOUT =
                MemoryLayout.structLayout(
                        chars(16).withName("crypto_model"),
                        chars(16).withName("crypto_cipher_type"),
                        chars(16).withName("crypto_hash_type"),
                        MemoryLayout.sequenceLayout(MAX_KEY_LEN, JAVA_BYTE).withName("private_key"),
                        JAVA_INT.withName("private_key_len"));
        private static final VarHandle PRIVATE_KEY_LEN = field(LAYOUT, "private_key_len");

        private CryptoCfg() {}

        static void write(MemorySegment s, String model, String cipher, String hash, byte[] key) {
            setString(s, LAYOUT, "crypto_model", model);
            setString(s, LAYOUT, "crypto_cipher_type", cipher);
            setString(s, LAYOUT, "crypto_hash_type", hash);
            // A longer key is cut but its length kept, so that the library can be asked what it
            // says to it.
            MemorySegment.copy(
                    key,
                    0,
                    s,
                    JAVA_BYTE,
                    offset(LAYOUT, "private_key"),
                    Math.min(key.length, MAX_KEY_LEN));
            PRIVATE_KEY_LEN.set(s, 0L, key.length);
        }
    }

    /** {@code struct knet_handle_compress_cfg}. */
    static final class CompressCfg {
        static final StructLayout LAYOUT =
                MemoryLayout.structLayout(
                        chars(16).withName("compress_model"),
                        JAVA_INT.withName("compress_threshold"),
                        JAVA_INT.withName("compress_level"));
        private static final VarHandle THRESHOLD = field(LAYOUT, "compress_threshold");
        private static final VarHandle LEVEL = field(LAYOUT, "compress_level");

        private CompressCfg() {}

        static void write(MemorySegment s, String model, int threshold, int level) {
            setString(s, LAYOUT, "compress_model", model);
            THRESHOLD.set(s, 0L, threshold);
            LEVEL.set(s, 0L, level);
        }
    }

    /** {@code struct knet_log_msg}. */
    static final class LogMsg {
        static final StructLayout LAYOUT =
                MemoryLayout.structLayout(
                        chars(MAX_LOG_MSG_SIZE).withName("msg"),
                        JAVA_BYTE.withName("subsystem"),
                        JAVA_BYTE.withName("msglevel"));
        private static final VarHandle SUBSYSTEM = field(LAYOUT, "subsystem");
        private static final VarHandle LEVEL = field(LAYOUT, "msglevel");

        private LogMsg() {}

        static String text(MemorySegment s) {
            return string(s, LAYOUT, "msg");
        }

        static byte subsystem(MemorySegment s) {
            return (byte) SUBSYSTEM.get(s, 0L);
        }

        static byte level(MemorySegment s) {
            return (byte) LEVEL.get(s, 0L);
        }
    }

    private static VarHandle field(StructLayout layout, String name) {
        return layout.varHandle(PathElement.groupElement(name));
    }

    private static long offset(StructLayout layout, String name) {
        return layout.byteOffset(PathElement.groupElement(name));
    }

    private static MemoryLayout chars(int size) {
        return MemoryLayout.sequenceLayout(size, JAVA_BYTE);
    }

    private static String string(MemorySegment s, StructLayout layout, String name) {
        MemorySegment field =
                s.asSlice(offset(layout, name), layout.select(PathElement.groupElement(name)));
        byte[] bytes = field.toArray(JAVA_BYTE);
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private static void setString(MemorySegment s, StructLayout layout, String name, String value) {
        MemoryLayout field = layout.select(PathElement.groupElement(name));
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        if (bytes.length >= field.byteSize()) {
            throw new IllegalArgumentException(
                    name + " has room for " + (field.byteSize() - 1) + " bytes: " + value);
        }
        MemorySegment.copy(bytes, 0, s, JAVA_BYTE, offset(layout, name), bytes.length);
    }

    private static Stream<MemoryLayout> uint64(String... names) {
        return Arrays.stream(names).map(JAVA_LONG::withName);
    }

    private static Stream<MemoryLayout> uint32(String... names) {
        return Arrays.stream(names).map(JAVA_INT::withName);
    }

    private static MemoryLayout[] members(List<Stream<MemoryLayout>> parts) {
        return parts.stream().flatMap(p -> p).toArray(MemoryLayout[]::new);
    }
}
