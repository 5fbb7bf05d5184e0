package io.knet4j.internal.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.knet4j.internal.onwire.Packets;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Packets as peers send them. */
final class Wire {
    private Wire() {}

    static byte[] data(int host, int sequence, int channel, String payload) {
        return fragment(host, sequence, channel, 1, 0, payload.getBytes(US_ASCII));
    }

    static byte[] fragment(
            int host, int sequence, int channel, int count, int number, byte[] payload) {
        ByteBuffer packet = ByteBuffer.allocate(Packets.DATA_HEADER + payload.length);
        Packets.writeData(packet, 0, host, sequence, false, count, number, channel, 0);
        packet.put(Packets.DATA_HEADER, payload);
        return packet.array();
    }

    static byte[] ping(int host, int link, long token, int sequence, boolean timed) {
        ByteBuffer packet = ByteBuffer.allocate(Packets.PING_SIZE);
        Packets.writePing(packet, 0, 1, host, link, token, ~token, sequence, timed);
        return packet.array();
    }

    static byte[] pong(byte[] ping, int host) {
        byte[] pong = ping.clone();
        Packets.answer(ByteBuffer.wrap(pong), 0, host);
        return pong;
    }

    static byte[] probe(int host, int link, int length) {
        byte[] probe = new byte[length];
        ByteBuffer packet = ByteBuffer.wrap(probe);
        packet.put(0, (byte) 1).put(1, (byte) Packets.PMTUD).putShort(2, (short) host);
        packet.put(6, (byte) link).putShort(7, (short) (length + 28));
        return probe;
    }

    static byte[] probeReply(byte[] probe, int host) {
        byte[] reply = Arrays.copyOf(probe, Packets.PMTUD_HEADER);
        Packets.answer(ByteBuffer.wrap(reply), 0, host);
        return reply;
    }

    /** A copy with one byte changed. */
    static byte[] with(byte[] packet, int index, int value) {
        byte[] copy = packet.clone();
        copy[index] = (byte) value;
        return copy;
    }

    static String text(byte[] payload) {
        return new String(payload, US_ASCII);
    }
}
