package io.knet4j.internal.runtime;

import com.sun.management.ThreadMXBean;
import io.knet4j.Channel;
import io.knet4j.IdleStrategy;
import io.knet4j.Knet;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures messages through the API, the send queue and the sender, without a network. Not a test:
 * run its main method. Arguments: producers (1), bytes (64), rounds (6), messages per producer and
 * round (3,000,000), idle strategy (park).
 */
final class SendPathSpeed {
    private SendPathSpeed() {}

    public static void main(String... args) throws InterruptedException {
        int producers = argument(args, 0, 1);
        int bytes = argument(args, 1, 64);
        int rounds = argument(args, 2, 6);
        int messages = argument(args, 3, 3_000_000);
        IdleStrategy idle =
                args.length > 4 && args[4].equals("spin")
                        ? IdleStrategy.spin()
                        : IdleStrategy.park();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (SinkNode node = new SinkNode(Knet.builder(1).idleStrategy(idle))) {
            for (int round = 0; round < rounds; round++) {
                long sunk = node.runtime.sunk();
                long batches = node.runtime.batches();
                long allocated = allocated(threads);
                long cpu = threads.getThreadCpuTime(sender());
                long start = System.nanoTime();
                List<Thread> all = new ArrayList<>();
                for (int p = 0; p < producers; p++) {
                    Channel channel = node.knet.channel(p);
                    all.add(
                            Thread.ofPlatform()
                                    .start(() -> {
                                        ByteBuffer payload = ByteBuffer.allocate(bytes);
                                        for (int i = 0; i < messages; i++) {
                                            channel.send(payload, SinkNode.PEER);
                                        }
                                    }));
                }
                for (Thread thread : all) {
                    thread.join();
                }
                long expected = sunk + (long) producers * messages;
                while (node.runtime.sunk() < expected) {
                    Thread.onSpinWait();
                }
                long took = System.nanoTime() - start;
                long total = (long) producers * messages;
                System.out.printf(
                        "%,d messages/s, %.0f ns each; sender thread %.0f ns; %.1f messages per"
                                + " batch; sender allocated %.2f bytes per message%n",
                        total * 1_000_000_000L / took,
                        (double) took / total,
                        (double) (threads.getThreadCpuTime(sender()) - cpu) / total,
                        (double) total / (node.runtime.batches() - batches),
                        (double) (allocated(threads) - allocated) / total);
            }
        }
    }

    private static int argument(String[] args, int index, int otherwise) {
        return args.length > index ? Integer.parseInt(args[index]) : otherwise;
    }

    private static long allocated(ThreadMXBean threads) {
        return threads.getThreadAllocatedBytes(sender());
    }

    private static long sender() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("knet-1-send"))
                .findFirst()
                .orElseThrow()
                .threadId();
    }
}
