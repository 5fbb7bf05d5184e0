package io.knet4j;

import java.util.Arrays;
import java.util.Optional;

/**
 * A part of a node that logs. Names and ids are libknet's; each has a {@link System.Logger} called
 * {@code io.knet4j.} and its name.
 *
 * <p>A line is written when both the node ({@link Knet#setLogLevel}) and the logger let its level
 * pass. Subsystems of libknet that are not apart here are found as what they belong to: {@code
 * listener}, {@code loopback}, {@code udp} and {@code sctp} as {@link #TRANSPORT}, {@code dstcache}
 * as {@link #HOST}, the crypto libraries as {@link #CRYPTO}, the compression libraries as {@link
 * #COMPRESS}.
 */
public enum LogSubsystem {
    /** Errors inside the library, and in what it calls. */
    COMMON(0),
    /** The node: its settings and packet format versions. */
    HANDLE(1),
    /** Hosts: whether they are reachable, and on which links. */
    HOST(2),
    /** Links: their configuration, and whether they are up. */
    LINK(4),
    /** Sockets. */
    TRANSPORT(5),
    /** Encryption and authentication. */
    CRYPTO(6),
    /** Compression. Lines about what a program has installed belong to no node. */
    COMPRESS(7),
    /** The destination filter. */
    FILTER(19),
    /** Pings and pongs. */
    HEARTBEAT(21),
    /** Path MTU, and the size of fragments. */
    PMTUD(22),
    /** Messages that are sent. */
    TX(23),
    /** Messages and other packets that are received. */
    RX(24);

    /** Libknet's names of the subsystems, by id. */
    private static final String[] NAMES = new String[256];

    static {
        names(0, "common", "handle", "host", "listener", "link", "transport", "crypto", "compress");
        names(19, "filter", "dstcache", "heartbeat", "pmtud", "tx", "rx");
        names(40, "loopback", "udp", "sctp");
        names(60, "nsscrypto", "opensslcrypto", "gcryptcrypto");
        names(70, "zlibcomp", "lz4comp", "lz4hccomp", "lzo2comp", "lzmacomp", "bzip2comp");
        names(76, "zstdcomp");
    }

    private static void names(int first, String... names) {
        System.arraycopy(names, 0, NAMES, first, names.length);
    }

    private final int id;

    LogSubsystem(int id) {
        this.id = id;
    }

    /**
     * Number of the subsystem in libknet.
     *
     * @return 0 to 253
     */
    public int id() {
        return id;
    }

    /**
     * Name of the subsystem in libknet.
     *
     * @return in lower case
     */
    public String subsystemName() {
        return NAMES[id];
    }

    /**
     * Name of the {@link System.Logger} to which the subsystem writes.
     *
     * @return for example {@code "io.knet4j.link"}
     */
    public String loggerName() {
        return "io.knet4j." + subsystemName();
    }

    /**
     * Finds a subsystem by libknet's id. Answers to {@code knet_log_get_subsystem_name}, which says
     * {@code "unknown"} where this is empty.
     *
     * @param id any number
     * @return the subsystem, or the one to which libknet's subsystem with this id belongs here;
     *     empty when libknet has none
     */
    public static Optional<LogSubsystem> withId(int id) {
        int here =
                switch (id) {
                    case 20 -> HOST.id;
                    case 3, 40, 41, 42 -> TRANSPORT.id;
                    case 60, 61, 62 -> CRYPTO.id;
                    case 70, 71, 72, 73, 74, 75, 76 -> COMPRESS.id;
                    default -> id;
                };
        return Arrays.stream(values()).filter(one -> one.id == here).findFirst();
    }

    /**
     * Finds a subsystem by libknet's name. Answers to {@code knet_log_get_subsystem_id}, which says
     * 254 where this is empty.
     *
     * @param name any name; case does not matter
     * @return the subsystem, or the one to which libknet's subsystem with this name belongs here;
     *     empty when libknet has none
     */
    public static Optional<LogSubsystem> named(String name) {
        Checks.notNull("subsystem", name);
        for (int known = 0; known < NAMES.length; known++) {
            if (name.equalsIgnoreCase(NAMES[known])) {
                return withId(known);
            }
        }
        return Optional.empty();
    }

    /** The name in libknet. */
    @Override
    public String toString() {
        return subsystemName();
    }
}
