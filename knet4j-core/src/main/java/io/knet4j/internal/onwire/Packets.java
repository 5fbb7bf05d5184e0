package io.knet4j.internal.onwire;

import java.nio.ByteBuffer;

/**
 * The five packet types of format version 1, as offsets into a buffer. Multi-byte numbers are
 * big-endian; every buffer handed in must have that byte order, which is the default.
 *
 * <pre>
 * all packets          DATA                       PING, PONG                  PMTUD, PMTUD_REPLY
 * 0  version           6  sequence number (2)     6  link id                  6  link id
 * 1  type              8  compression             7  token (16, opaque)       7  probed size (2, opaque)
 * 2  host id (2)       9  -                       23 sequence number (2)      9  zero filler (PMTUD only)
 * 4  highest version   10 broadcast flag          25 timed flag
 * 5  -                 11 fragment count          26 end
 *                      12 fragment number
 *                      13 channel
 *                      14 payload
 * </pre>
 */
public final class Packets {
    /** The only format version that exists. */
    public static final int VERSION = 1;

    /** Part of a message. */
    public static final int DATA = 0x00;

    /** Asks for a {@link #PONG}. */
    public static final int PING = 0x81;

    /** Answers a {@link #PING}. */
    public static final int PONG = 0x82;

    /** Path MTU probe, asks for a {@link #PMTUD_REPLY}. */
    public static final int PMTUD = 0x83;

    /** Answers a {@link #PMTUD} probe. */
    public static final int PMTUD_REPLY = 0x84;

    /** Bytes that all packets share. */
    public static final int COMMON_HEADER = 6;

    /** Shortest packet that says anything beyond the common header. */
    public static final int MIN_PACKET = COMMON_HEADER + 1;

    /** Bytes of a DATA packet before its payload. */
    public static final int DATA_HEADER = 14;

    /** Bytes of a PING or PONG. */
    public static final int PING_SIZE = 26;

    /** Bytes of a PMTUD_REPLY, and of a PMTUD probe before its filler. */
    public static final int PMTUD_HEADER = 9;

    private static final int HIGHEST_LIKELY_VERSION = 15;

    private static final int TYPE = 1;
    private static final int HOST = 2;
    private static final int MAX_VERSION = 4;
    private static final int RESERVED = 5;
    private static final int DATA_SEQUENCE = 6;
    private static final int DATA_COMPRESSION = 8;
    private static final int DATA_BROADCAST = 10;
    private static final int DATA_FRAGMENT_COUNT = 11;
    private static final int DATA_FRAGMENT_NUMBER = 12;
    private static final int DATA_CHANNEL = 13;
    private static final int LINK = 6;
    private static final int PING_TOKEN = 7;
    private static final int PING_SEQUENCE = 23;
    private static final int PING_TIMED = 25;
    private static final int PROBED_SIZE = 7;

    private Packets() {}

    /** Shortest valid length of a packet of this type, 0 for unknown types. */
    public static int minLength(int type) {
        return switch (type) {
            case DATA -> DATA_HEADER + 1;
            case PING, PONG -> PING_SIZE;
            case PMTUD, PMTUD_REPLY -> PMTUD_HEADER;
            default -> 0;
        };
    }

    /**
     * Whether this is most likely a packet, and no arbitrary bytes: these look like one once in
     * millions. Packets of versions to come may not.
     */
    public static boolean isLikely(ByteBuffer buffer, int packet, int length) {
        return isPlausible(buffer, packet, length)
                && maxVersion(buffer, packet) <= HIGHEST_LIKELY_VERSION
                && buffer.get(packet + RESERVED) == 0
                && length >= minLength(type(buffer, packet));
    }

    /** Whether version and type make sense: those of one in a thousand arbitrary bytes do. */
    public static boolean isPlausible(ByteBuffer buffer, int packet, int length) {
        return length >= MIN_PACKET
                && version(buffer, packet) >= VERSION
                && version(buffer, packet) <= HIGHEST_LIKELY_VERSION
                && minLength(type(buffer, packet)) > 0;
    }

    /** Neither version nor type make sense: 92 % of arbitrary bytes, and no packet. */
    public static boolean isScrambled(ByteBuffer buffer, int packet, int length) {
        return length >= MIN_PACKET
                && version(buffer, packet) > HIGHEST_LIKELY_VERSION
                && minLength(type(buffer, packet)) == 0;
    }

    public static int version(ByteBuffer buffer, int packet) {
        return buffer.get(packet) & 0xff;
    }

    public static int type(ByteBuffer buffer, int packet) {
        return buffer.get(packet + TYPE) & 0xff;
    }

    public static int host(ByteBuffer buffer, int packet) {
        return buffer.getShort(packet + HOST) & 0xffff;
    }

    /** Highest version the sender supports; libknet 1.x writes 0, which means 1. */
    public static int maxVersion(ByteBuffer buffer, int packet) {
        int max = buffer.get(packet + MAX_VERSION) & 0xff;
        return max == 0 ? VERSION : max;
    }

    /** Link id of a control packet. */
    public static int link(ByteBuffer buffer, int packet) {
        return buffer.get(packet + LINK) & 0xff;
    }

    public static int dataSequence(ByteBuffer buffer, int packet) {
        return buffer.getShort(packet + DATA_SEQUENCE) & 0xffff;
    }

    public static int dataCompression(ByteBuffer buffer, int packet) {
        return buffer.get(packet + DATA_COMPRESSION) & 0xff;
    }

    public static boolean dataBroadcast(ByteBuffer buffer, int packet) {
        return buffer.get(packet + DATA_BROADCAST) != 0;
    }

    public static int dataFragmentCount(ByteBuffer buffer, int packet) {
        return buffer.get(packet + DATA_FRAGMENT_COUNT) & 0xff;
    }

    public static int dataFragmentNumber(ByteBuffer buffer, int packet) {
        return buffer.get(packet + DATA_FRAGMENT_NUMBER) & 0xff;
    }

    /** Channel; the field is signed on the wire. */
    public static int dataChannel(ByteBuffer buffer, int packet) {
        return buffer.get(packet + DATA_CHANNEL);
    }

    /** First half of the token of a PING or PONG. */
    public static long pingTokenHigh(ByteBuffer buffer, int packet) {
        return buffer.getLong(packet + PING_TOKEN);
    }

    /** Second half of the token of a PING or PONG. */
    public static long pingTokenLow(ByteBuffer buffer, int packet) {
        return buffer.getLong(packet + PING_TOKEN + Long.BYTES);
    }

    public static int pingSequence(ByteBuffer buffer, int packet) {
        return buffer.getShort(packet + PING_SEQUENCE) & 0xffff;
    }

    /** True for a periodic ping, false for a forced one. */
    public static boolean pingTimed(ByteBuffer buffer, int packet) {
        return buffer.get(packet + PING_TIMED) != 0;
    }

    /**
     * The size that a PMTUD_REPLY echoes, as {@link #writeProbe} wrote it. In a PMTUD probe it is
     * the peer's affair.
     */
    public static int probedSize(ByteBuffer buffer, int packet) {
        return Short.toUnsignedInt(Short.reverseBytes(buffer.getShort(packet + PROBED_SIZE)));
    }

    /**
     * Writes the header of a DATA packet.
     *
     * @param compression id of the method, 0 for none
     */
    public static void writeData(
            ByteBuffer buffer,
            int packet,
            int host,
            int sequence,
            boolean broadcast,
            int count,
            int number,
            int channel,
            int compression) {
        writeCommon(buffer, packet, VERSION, DATA, host);
        buffer.putShort(packet + DATA_SEQUENCE, (short) sequence);
        buffer.putShort(packet + DATA_COMPRESSION, (short) (compression << 8));
        buffer.put(packet + DATA_BROADCAST, (byte) (broadcast ? 1 : 0));
        buffer.put(packet + DATA_FRAGMENT_COUNT, (byte) count);
        buffer.put(packet + DATA_FRAGMENT_NUMBER, (byte) number);
        buffer.put(packet + DATA_CHANNEL, (byte) channel);
    }

    /** Writes a whole PING. */
    public static void writePing(
            ByteBuffer buffer,
            int packet,
            int version,
            int host,
            int link,
            long tokenHigh,
            long tokenLow,
            int sequence,
            boolean timed) {
        writeCommon(buffer, packet, version, PING, host);
        buffer.put(packet + LINK, (byte) link);
        buffer.putLong(packet + PING_TOKEN, tokenHigh);
        buffer.putLong(packet + PING_TOKEN + Long.BYTES, tokenLow);
        buffer.putShort(packet + PING_SEQUENCE, (short) sequence);
        buffer.put(packet + PING_TIMED, (byte) (timed ? 1 : 0));
    }

    /**
     * Writes a whole PMTUD probe.
     *
     * @param probedSize what the answer is to say
     * @param length of the packet, at least {@link #PMTUD_HEADER}
     */
    public static void writeProbe(
            ByteBuffer buffer,
            int packet,
            int version,
            int host,
            int link,
            int probedSize,
            int length) {
        writeCommon(buffer, packet, version, PMTUD, host);
        buffer.put(packet + LINK, (byte) link);
        // Little-endian as by libknet on nearly every machine, for the eyes of people; peers only
        // echo it.
        buffer.putShort(packet + PROBED_SIZE, Short.reverseBytes((short) probedSize));
        int at = packet + PMTUD_HEADER;
        int end = packet + length;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            buffer.putLong(at, 0);
        }
        for (; at < end; at++) {
            buffer.put(at, (byte) 0);
        }
    }

    /**
     * Turns a copy of a PING or PMTUD probe into its answer: everything is echoed but type and
     * host.
     */
    public static void answer(ByteBuffer buffer, int packet, int host) {
        buffer.put(packet + TYPE, (byte) (type(buffer, packet) + 1));
        buffer.putShort(packet + HOST, (short) host);
    }

    // Bytes 4 and 5 are 0 as libknet 1.x writes them; 2.x reads that as highest version 1, which is
    // ours.
    private static void writeCommon(
            ByteBuffer buffer, int packet, int version, int type, int host) {
        buffer.put(packet, (byte) version);
        buffer.put(packet + TYPE, (byte) type);
        buffer.putShort(packet + HOST, (short) host);
        buffer.putShort(packet + MAX_VERSION, (short) 0);
    }
}
