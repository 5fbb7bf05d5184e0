package io.knet4j.testkit;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Packets byte by byte, as any peer or forger could send them, and what nodes sent. */
final class RawPackets {
    static final int DATA = 0;
    static final int PING = 0x81;
    static final int PONG = 0x82;
    static final int PROBE = 0x83;
    static final int PROBE_REPLY = 0x84;
    static final int COMPRESSION_AT = 8;
    static final int TOKEN_AT = 7;

    private RawPackets() {}

    private static ByteBuffer packet(int type, int host, int length) {
        return ByteBuffer.allocate(length)
                .put(0, (byte) 1)
                .put(1, (byte) type)
                .putShort(2, (short) host);
    }

    static byte[] data(int host, int sequence, int channel, byte... payload) {
        return fragment(host, sequence, channel, 1, 0, payload);
    }

    static byte[] fragment(
            int host, int sequence, int channel, int count, int number, byte... payload) {
        return packet(DATA, host, 14 + payload.length)
                .putShort(6, (short) sequence)
                .put(11, (byte) count)
                .put(12, (byte) number)
                .put(13, (byte) channel)
                .put(14, payload)
                .array();
    }

    static byte[] ping(int host, int link, long token, int sequence) {
        return packet(PING, host, 26)
                .put(6, (byte) link)
                .putLong(TOKEN_AT, token)
                .putShort(23, (short) sequence)
                .put(25, (byte) 1)
                .array();
    }

    static byte[] probe(int host, int link, int length) {
        return packet(PROBE, host, length)
                .put(6, (byte) link)
                .putShort(7, (short) (length + 28))
                .array();
    }

    static int type(Datagram datagram) {
        return datagram.payload()[1] & 0xff;
    }

    static int link(Datagram datagram) {
        return datagram.payload()[6];
    }

    /** Datagrams of a type that a node sends on a link from now on. */
    static List<Datagram> record(SimNetwork network, int type, int from, int link) {
        return record(
                network,
                datagram ->
                        type(datagram) == type
                                && datagram.from().equals(SimCluster.address(from, link)));
    }

    static List<Datagram> record(SimNetwork network, Predicate<Datagram> wanted) {
        List<Datagram> recorded = new ArrayList<>();
        network.tap(datagram -> {
            if (wanted.test(datagram)) {
                recorded.add(datagram);
            }
        });
        return recorded;
    }
}
