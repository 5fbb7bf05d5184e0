package io.knet4j.bench.overload;

/** Datagrams as fast as a thread can send them. */
final class Flood implements AutoCloseable {
    private final Thread thread;
    private volatile long sent;
    private volatile boolean closed;

    /** What sends the datagrams. */
    interface Outlet extends AutoCloseable {
        /** Sends some, and returns how many. */
        int send();

        @Override
        void close();
    }

    /** Starts to send, and closes the outlet in the end. */
    Flood(Outlet outlet) {
        thread = Thread.ofPlatform().name("flood").daemon().start(() -> send(outlet));
    }

    private void send(Outlet outlet) {
        try (outlet) {
            long count = 0;
            while (!closed) {
                count += outlet.send();
                sent = count;
            }
        }
    }

    long sent() {
        return sent;
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
