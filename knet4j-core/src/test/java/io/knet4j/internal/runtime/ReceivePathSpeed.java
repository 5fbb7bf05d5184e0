package io.knet4j.internal.runtime;

import io.knet4j.Channel;
import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.transport.IncomingBatch;
import io.knet4j.internal.transport.Transport;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures messages from the control loop through a channel's queue to its handler, without a
 * network. Not a test: run its main method. Arguments: kind of handler (each), bytes (64),
 * datagrams per batch (256), rounds (6).
 */
final class ReceivePathSpeed {
    private static final int MESSAGES = 3_000_000;
    private static final int MAX_SEQUENCE = 65_535;

    private ReceivePathSpeed() {}

    public static void main(String... args) throws InterruptedException {
        boolean batches = args.length > 0 && args[0].equals("batches");
        int bytes = args.length > 1 ? Integer.parseInt(args[1]) : 64;
        int perBatch = args.length > 2 ? Integer.parseInt(args[2]) : 256;
        int rounds = args.length > 3 ? Integer.parseInt(args[3]) : 6;
        try (SinkNode node = new SinkNode(Knet.builder(1))) {
            LinkConfig link = node.knet.host(2).orElseThrow().link(0).orElseThrow().config();
            InetSocketAddress source = link.remote();
            Transport.Socket socket = link::local;
            AtomicLong handled = new AtomicLong();
            Channel channel = node.knet.channel(0);
            handle(channel, batches, handled);
            IncomingBatch batch = new IncomingBatch(ByteBuffer.allocateDirect(1 << 22), perBatch);
            for (int i = 0; i < perBatch; i++) {
                Packets.writeData(batch.memory(), batch.used(), 2, 1, false, 1, 0, 0, 0);
                batch.add(socket, source, Packets.DATA_HEADER + bytes);
            }
            int sequence = 0;
            for (int round = 0; round < rounds; round++) {
                long before = handled.get();
                long dropped = dropped(node);
                long start = System.nanoTime();
                int sent = 0;
                while (sent < MESSAGES) {
                    for (int i = 0; i < perBatch; i++) {
                        sequence = sequence == MAX_SEQUENCE ? 1 : sequence + 1;
                        batch.memory().putShort(batch.offset(i) + 6, (short) sequence);
                    }
                    node.runtime.receive(batch);
                    sent += perBatch;
                }
                while (handled.get() - before < sent - (dropped(node) - dropped)) {
                    Thread.onSpinWait();
                }
                long took = System.nanoTime() - start;
                System.out.printf(
                        "%,d messages/s, %.0f ns each, %.3f %% dropped%n",
                        sent * 1_000_000_000L / took,
                        (double) took / sent,
                        (dropped(node) - dropped) * 100.0 / sent);
            }
        }
    }

    private static void handle(Channel channel, boolean batches, AtomicLong handled) {
        if (batches) {
            channel.onMessages(messages -> {
                long sum = 0;
                for (int i = 0; i < messages.size(); i++) {
                    sum += messages.get(i).length();
                }
                handled.lazySet(handled.getPlain() + messages.size() + (sum >>> 62));
            });
        } else {
            channel.onMessage(_ -> handled.lazySet(handled.getPlain() + 1));
        }
    }

    private static long dropped(SinkNode node) {
        return node.knet.statistics().drops().getOrDefault(DropCause.RECEIVE_QUEUE_FULL, 0L);
    }
}
