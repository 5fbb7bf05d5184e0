package io.knet4j.internal.onwire;

/**
 * How much of a message fits into one packet.
 *
 * @param block cipher block size, 0 without block cipher
 * @param salt bytes in front of the packet
 * @param hash bytes behind the packet
 */
public record MtuArithmetic(int block, int salt, int hash) {
    /** Neither encrypted nor signed. */
    public static final MtuArithmetic CLEAR = new MtuArithmetic(0, 0, 0);

    /**
     * More fragments per message corrupt it in libknet up to 1.34 and are refused by later ones.
     */
    public static final int MAX_FRAGMENTS = 254;

    /**
     * Header that libknet reserves in every packet: that of a ping, although DATA needs 14 only.
     */
    private static final int RESERVED_HEADER = Packets.PING_SIZE;

    private static final int UDP_HEADER = 8;
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    // What is safe on every path: libknet 1.x counts the larger IP header and the larger transport
    // overhead against the IPv4 minimum.
    private static final int SAFE_TRANSPORT_PAYLOAD = 576 - IPV6_HEADER - 28;

    /**
     * Message bytes per packet that a UDP payload of this size can carry; negative when it is too
     * small for any.
     */
    public int dataMtu(int udpPayload) {
        int room = udpPayload - salt - hash;
        return block > 0
                ? room - Math.floorMod(room, block) - 1 - RESERVED_HEADER
                : room - RESERVED_HEADER;
    }

    /**
     * UDP payload of a packet with this many message bytes and the largest header, sealed: what
     * libknet probes a path with. The inverse of {@link #dataMtu}.
     */
    public int udpPayload(int dataMtu) {
        return sealedLength(dataMtu + RESERVED_HEADER);
    }

    /** Length of a packet when it is sealed. */
    public int sealedLength(int packet) {
        int padding = block > 0 ? block - packet % block : 0;
        return salt + packet + padding + hash;
    }

    /** By how many bytes data MTUs differ that fill their packets. */
    public int step() {
        return Math.max(1, block);
    }

    /** Message bytes per packet that every path takes. */
    public int safeDataMtu() {
        return dataMtu(SAFE_TRANSPORT_PAYLOAD);
    }

    /** Message bytes per packet on an interface with this MTU. */
    public int dataMtuOfInterface(int interfaceMtu, boolean ipv6) {
        return dataMtu(interfaceMtu - ipHeaders(ipv6));
    }

    /** Bytes of the headers of IP and UDP. */
    public static int ipHeaders(boolean ipv6) {
        return (ipv6 ? IPV6_HEADER : IPV4_HEADER) + UDP_HEADER;
    }

    /**
     * Message bytes in a fragment that fills its packet: what libknet leaves free of the header
     * that it reserves is used.
     */
    public static int fragmentBytes(int dataMtu) {
        return dataMtu + RESERVED_HEADER - Packets.DATA_HEADER;
    }

    /**
     * Bytes of an IP packet that are headers, as libknet counts them: with the header that it
     * reserves, without padding.
     */
    public int overhead(boolean ipv6) {
        return (ipv6 ? IPV6_HEADER : IPV4_HEADER) + UDP_HEADER + RESERVED_HEADER + salt + hash;
    }

    /** Number of fragments of a message. */
    public static int fragments(int length, int fragmentBytes) {
        return (length + fragmentBytes - 1) / fragmentBytes;
    }
}
