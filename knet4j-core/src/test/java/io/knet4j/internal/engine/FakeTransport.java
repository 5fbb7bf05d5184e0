package io.knet4j.internal.engine;

import io.knet4j.ConfigurationException;
import io.knet4j.Reason;
import io.knet4j.internal.transport.OutgoingBatch;
import io.knet4j.internal.transport.Path;
import io.knet4j.internal.transport.Transport;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A network that takes or refuses datagrams as it is told to, and remembers what it took. */
final class FakeTransport implements Transport {
    final List<Sent> sent = new ArrayList<>();
    final Set<InetSocketAddress> bound = new LinkedHashSet<>();

    /** What becomes of datagrams to an address; those to others are taken. */
    final Map<InetSocketAddress, Reason> refusals = new HashMap<>();

    /** Addresses to which nothing can be sent at the moment. */
    final Set<InetSocketAddress> full = new LinkedHashSet<>();

    /** Whether sockets can be used for path MTU probes, which would mix with what tests count. */
    boolean probing;

    /** Larger datagrams are refused, as by an interface. */
    int largestPayload = Integer.MAX_VALUE;

    boolean recording = true;

    /** Datagrams that were taken with a tail. */
    int tails;

    int waits;

    /** When this many waits for room are over, every socket has some. */
    int roomAfterWaits = Integer.MAX_VALUE;

    /** Who is let in to sockets that strangers are kept out of. */
    final Map<Socket, Set<InetSocketAddress>> guarded = new HashMap<>();

    /** Whether strangers can be kept out. */
    boolean guarding = true;

    private int nextPort = 40_000;

    record FakeSocket(InetSocketAddress local, SocketOptions options, boolean keepsDatagramsWhole)
            implements Socket {}

    /** A datagram that was taken. */
    @SuppressWarnings("ArrayRecordComponent") // not compared
    record Sent(Path path, byte[] bytes) {
        int type() {
            return bytes[1] & 0xff;
        }
    }

    @Override
    public Socket bind(InetSocketAddress local, SocketOptions options) {
        InetSocketAddress actual =
                local.getPort() == 0
                        ? new InetSocketAddress(local.getAddress(), nextPort++)
                        : local;
        if (!bound.add(actual)) {
            throw new ConfigurationException(Reason.ADDRESS_UNAVAILABLE, "local: in use");
        }
        return new FakeSocket(actual, options, probing);
    }

    @Override
    public void setTrafficClass(Socket socket, int trafficClass) {
        if (!bound.contains(socket.local())) {
            throw new IllegalStateException("not bound: " + socket.local());
        }
    }

    @Override
    public void unbind(Socket socket) {
        if (!bound.remove(socket.local())) {
            throw new IllegalStateException("not bound: " + socket.local());
        }
    }

    @Override
    public boolean keepOut(Socket socket, Collection<InetSocketAddress> peers) {
        if (guarding) {
            guarded.put(socket, Set.copyOf(peers));
        }
        return guarding;
    }

    @Override
    public void letIn(Socket socket) {
        guarded.remove(socket);
    }

    @Override
    public Path path(Socket socket, InetSocketAddress remote) {
        return new Path(socket, remote);
    }

    @Override
    public void send(OutgoingBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (!batch.isPending(i)) {
                continue;
            }
            Path path = batch.path(i);
            Reason refusal = refusals.get(path.remote());
            if (refusal != null) {
                batch.fail(i, refusal);
            } else if (batch.length(i) > largestPayload) {
                batch.fail(i, Reason.DATAGRAM_TOO_LARGE);
            } else if (!full.contains(path.remote())) {
                batch.sent(i);
                tails += batch.tailLength(i) > 0 ? 1 : 0;
                if (recording) {
                    byte[] bytes = new byte[batch.length(i)];
                    batch.copy(i, ByteBuffer.wrap(bytes), 0);
                    sent.add(new Sent(path, bytes));
                }
            }
        }
    }

    @Override
    public void awaitRoom() {
        waits++;
        if (waits >= roomAfterWaits) {
            full.clear();
        }
    }

    /** Takes out what was sent. */
    List<Sent> drain() {
        List<Sent> all = List.copyOf(sent);
        sent.clear();
        return all;
    }
}
