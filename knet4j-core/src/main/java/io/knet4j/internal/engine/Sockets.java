package io.knet4j.internal.engine;

import io.knet4j.internal.engine.TimerQueue.Timer;
import io.knet4j.internal.transport.Transport;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The sockets, each with the number of links that use it. One that no link uses any more stays open
 * until {@link #closeUnused}, or for two seconds at most: a message that is just being sent may
 * still be on its way to it, and would be lost.
 */
final class Sockets {
    /** No sender tries longer to hand a message to its links. */
    private static final long LONGEST_SEND = 2_000_000_000L;

    private final Transport transport;
    private final TimerQueue timers;
    private final FloodGuard guard;
    private final Map<ScopedAddress, Shared> all = new HashMap<>();
    private final Queue<Release> released = new ArrayDeque<>();
    private final Timer closing = new Timer(this::closeForgotten);

    /** Number of the last release. Read by any thread. */
    private volatile long releases;

    /** A socket and who uses it. */
    private static final class Shared {
        private final Transport.Socket socket;
        private int links;

        /** Whether its links are dynamic: all of them, or none. */
        private boolean dynamic;

        private long releasedAs;

        private Shared(Transport.Socket socket) {
            this.socket = socket;
        }
    }

    /** A socket was not used any more. */
    private record Release(Shared shared, long number, long closeAt) {}

    Sockets(Transport transport, TimerQueue timers, FloodGuard guard) {
        this.transport = transport;
        this.timers = timers;
        this.guard = guard;
    }

    /** The socket with this address, null when there is none. */
    Transport.@Nullable Socket at(InetSocketAddress local) {
        Shared shared = all.get(ScopedAddress.of(local));
        return shared == null ? null : shared.socket;
    }

    /** All sockets, by their addresses. */
    Map<ScopedAddress, Transport.Socket> all() {
        Map<ScopedAddress, Transport.Socket> copy = HashMap.newHashMap(all.size());
        for (Map.Entry<ScopedAddress, Shared> entry : all.entrySet()) {
            copy.put(entry.getKey(), entry.getValue().socket);
        }
        return copy;
    }

    /** Whether links use the socket that are static where these are dynamic, or the reverse. */
    boolean isOfOtherKind(Transport.Socket socket, boolean dynamic) {
        Shared shared = all.get(ScopedAddress.of(socket.local()));
        return shared != null && shared.links > 0 && shared.dynamic != dynamic;
    }

    /** A link uses the socket from now on, which may be a new one. */
    void use(Transport.Socket socket, boolean dynamic) {
        Shared shared =
                all.computeIfAbsent(ScopedAddress.of(socket.local()), _ -> new Shared(socket));
        shared.releasedAs = 0;
        shared.dynamic = dynamic;
        shared.links++;
    }

    /** A link does not use the socket any more. */
    void release(long now, Transport.Socket socket) {
        Shared shared = all.get(ScopedAddress.of(socket.local()));
        if (shared != null && --shared.links == 0) {
            long number = releases + 1;
            releases = number;
            shared.releasedAs = number;
            if (released.isEmpty()) {
                timers.schedule(closing, now + LONGEST_SEND);
            }
            released.add(new Release(shared, number, now + LONGEST_SEND));
        }
    }

    /**
     * Number of times that a socket was not used any more. May be called by any thread: what was
     * sent before has left the sockets that were released before.
     */
    long releases() {
        return releases;
    }

    /**
     * Closes sockets that are not used any more, and returns whether there are more of them.
     *
     * @param upTo those released after this {@linkplain #releases() number} stay
     * @param limit how many to close
     */
    boolean closeUnused(long upTo, int limit) {
        int closed = 0;
        Release next = released.peek();
        while (next != null && next.number <= upTo) {
            if (closed == limit) {
                return true;
            }
            closed++;
            released.remove();
            close(next);
            next = released.peek();
        }
        if (next == null) {
            timers.cancel(closing);
        }
        return false;
    }

    private void close(Release release) {
        Shared shared = release.shared;
        if (shared.releasedAs == release.number) {
            all.remove(ScopedAddress.of(shared.socket.local()));
            guard.forget(shared.socket);
            transport.unbind(shared.socket);
        }
    }

    private void closeForgotten(long now) {
        Release next = released.peek();
        while (next != null && next.closeAt - now <= 0) {
            released.remove();
            close(next);
            next = released.peek();
        }
        if (next != null) {
            timers.schedule(closing, next.closeAt);
        }
    }

    int size() {
        return all.size();
    }
}
