package io.knet4j.bench.overload;

import io.knet4j.internal.onwire.Packets;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** What a flood consists of. */
enum Garbage {
    /** Random bytes in datagrams of one length, which the kernel carries 64 at a time. */
    EQUAL {
        @Override
        List<byte[]> datagrams(OverloadedPair pair) {
            return random(EQUAL_BYTES, EQUAL_BYTES);
        }
    },
    /** Random bytes in datagrams of any length. */
    MIXED {
        @Override
        List<byte[]> datagrams(OverloadedPair pair) {
            return random(0, LARGEST);
        }
    },
    /** Clear packets: pings, pings that are too short, and first fragments of ever new messages. */
    CLEAR {
        @Override
        List<byte[]> datagrams(OverloadedPair pair) {
            List<byte[]> packets = new ArrayList<>();
            int host = OverloadedPair.SENDER;
            for (int i = 0; i < DIFFERENT; i++) {
                ByteBuffer packet = ByteBuffer.allocate(EQUAL_BYTES);
                if (i % 2 == 0) {
                    Packets.writePing(packet, 0, Packets.VERSION, host, 0, i, i, i, true);
                    int length = i % 4 == 0 ? Packets.PING_SIZE : Packets.MIN_PACKET + 1;
                    packets.add(Arrays.copyOf(packet.array(), length));
                } else {
                    Packets.writeData(packet, 0, host, i, false, 200, 1, 0, 0);
                    packets.add(packet.array());
                }
            }
            return packets;
        }
    },
    /** Pings of the sender that were recorded a moment ago. */
    RECORDED {
        @Override
        List<byte[]> datagrams(OverloadedPair pair) {
            return pair.recordPings(DIFFERENT);
        }
    };

    private static final int EQUAL_BYTES = 200;
    private static final int LARGEST = 1472;
    private static final int DIFFERENT = 64;

    /** Some datagrams to be sent again and again. */
    abstract List<byte[]> datagrams(OverloadedPair pair);

    private static List<byte[]> random(int shortest, int longest) {
        SplittableRandom random = new SplittableRandom(1);
        List<byte[]> all = new ArrayList<>();
        for (int i = 0; i < DIFFERENT; i++) {
            byte[] bytes = new byte[random.nextInt(shortest, longest + 1)];
            random.nextBytes(bytes);
            all.add(bytes);
        }
        return all;
    }
}
