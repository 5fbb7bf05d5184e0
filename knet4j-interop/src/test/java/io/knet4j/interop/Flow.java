package io.knet4j.interop;

import io.knet4j.Destination;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Messages both ways between a Java and a C node as fast as they arrive, with never more than a few
 * on their way, so that nothing but what is tested can lose one.
 */
final class Flow implements AutoCloseable {
    /**
     * No message is sent that is this much newer than one that has not come yet: libknet gives up a
     * message of which it has only some fragments when it sees one that is 32 newer, which can come
     * first by another link.
     */
    private static final int WINDOW = 24;

    private static final int LARGEST = 1500; // up to three fragments from Java
    private static final long PATIENCE_MILLIS = 10;

    private final Direction toC;
    private final Direction toJava;

    private static final class Direction {
        private final AtomicInteger sent = new AtomicInteger();
        private final Tally received = new Tally();
        private final Tally damaged = new Tally();
        private final Semaphore window = new Semaphore(WINDOW);
        private final Consumer<byte[]> sender;
        private final Thread thread;
        private volatile boolean stopped;
        private int complete;

        Direction(String name, Consumer<byte[]> sender) {
            this.sender = sender;
            thread = Thread.ofPlatform().name(name).unstarted(this::send);
        }

        private void send() {
            try {
                while (!stopped) {
                    if (window.tryAcquire(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                        // The number is announced before the message is on its way.
                        sender.accept(message(sent.getAndIncrement()));
                    }
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        void receive(byte[] message) {
            int number = Payloads.number(message);
            (Arrays.equals(message, message(number)) ? received : damaged).add(number);
            int before = complete;
            complete = received.firstMissing();
            window.release(complete - before);
        }

        private static byte[] message(int number) {
            byte[] message =
                    Payloads.pattern(
                            Integer.BYTES + number * 37 % (LARGEST - Integer.BYTES), number);
            ByteBuffer.wrap(message).putInt(number);
            return message;
        }

        void awaitAll(int from, int to) throws Exception {
            Await.until(
                    () -> thread.getName() + ", missing " + received.missing(from, to),
                    () -> received.missing(from, to).isEmpty());
        }
    }

    Flow(JavaAndC pair) {
        pair.java.setInterfaceMtu(OptionalInt.of(576));
        toC =
                new Direction(
                        "Java to C",
                        m ->
                                pair.java
                                        .channel(1)
                                        .send(ByteBuffer.wrap(m), Destination.host(pair.cId)));
        toJava = new Direction("C to Java", m -> pair.c.send(0, m));
        pair.java
                .channel(0)
                .onMessage(m -> {
                    byte[] message = new byte[m.payload().remaining()];
                    m.payload().get(message);
                    toJava.receive(message);
                });
        pair.c.openChannel(1, (_, payload) -> toC.receive(payload.toArray(ValueLayout.JAVA_BYTE)));
    }

    void start() {
        directions().forEach(d -> d.thread.start());
    }

    private List<Direction> directions() {
        return List.of(toC, toJava);
    }

    /** Waits until some messages have made it that were not sent before now. */
    void awaitMore(int count) throws Exception {
        int fromJava = toC.sent.get();
        int fromC = toJava.sent.get();
        toC.awaitAll(fromJava, fromJava + count);
        toJava.awaitAll(fromC, fromC + count);
    }

    /** Ends and checks that every message arrived once, intact; returns how many at least did. */
    int finish() throws Exception {
        close();
        for (Direction direction : directions()) {
            direction.awaitAll(0, direction.sent.get());
            direction.received.assertNoneDoubled();
            direction.damaged.assertOnceEach(0, 0);
        }
        return Math.min(toC.received.count(), toJava.received.count());
    }

    @Override
    public void close() {
        for (Direction direction : directions()) {
            direction.stopped = true;
            if (direction.thread.isAlive()) {
                CNode.joinUninterruptibly(direction.thread);
            }
        }
    }
}
