package io.knet4j.bench.node;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * What a library has to do to be measured. One thread calls; the library's own thread hands what
 * arrives to the {@link Inbox} that it was given.
 */
public interface BenchNode extends AutoCloseable {
    /**
     * Joins this node and a host by a link, before {@link #start}.
     *
     * @param host the host, which is added with its first link
     * @param link number of the link
     * @param local this end
     * @param remote the host's end
     * @param pings how the link is watched, for libraries that do
     */
    void addLink(
            int host, int link, InetSocketAddress local, InetSocketAddress remote, Pings pings);

    /**
     * Encrypts and signs everything.
     *
     * @param cipher name of the cipher, as knet4j knows it
     * @param hash name of the hash
     * @param key the secret
     * @throws UnsupportedOperationException if the library cannot do this
     */
    default void protect(String cipher, String hash, byte[] key) {
        throw new UnsupportedOperationException("no " + cipher + " with " + hash);
    }

    /**
     * Compresses messages of more than 100 bytes.
     *
     * @param method name of the method
     * @param level as the method understands it
     * @throws UnsupportedOperationException if the library cannot do this
     */
    default void compress(String method, int level) {
        throw new UnsupportedOperationException("no " + method);
    }

    /** Lets messages flow. */
    void start();

    /** {@return whether messages reach a host} */
    boolean reachable(int host);

    /**
     * {@return what sends messages of a size to all hosts}
     *
     * @param size bytes
     */
    Outbox outbox(int size);

    @Override
    void close();

    /** Sends messages of one size, which all have the same content but their number. */
    @FunctionalInterface
    interface Outbox {
        /** Hands a message to the library, waiting while it takes none. */
        void send(int number);
    }

    /**
     * Heartbeats of a link.
     *
     * @param interval time between two
     * @param timeout silence after which the link is down
     * @param pongCount answers that take it up
     */
    record Pings(Duration interval, Duration timeout, int pongCount) {}
}
