package io.knet4j.internal.transport.udp.linux;

import io.knet4j.ConfigurationException;
import io.knet4j.KnetClosedException;
import io.knet4j.Reason;
import io.knet4j.UdpFeature;
import io.knet4j.internal.transport.Addresses;
import io.knet4j.internal.transport.IncomingBatch;
import io.knet4j.internal.transport.OutgoingBatch;
import io.knet4j.internal.transport.Path;
import io.knet4j.internal.transport.SocketTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * UDP sockets of Linux itself: many datagrams per system call, and those of equal length in one.
 *
 * <p>A socket's descriptor is never closed while a thread uses it, see {@link Descriptor}. What
 * sending needs belongs to the batch, see {@link BatchSender}, and what receiving needs to the
 * thread that polls; both is allocated once.
 *
 * <p>There is no use for {@code IP_PKTINFO}: a path has one local address, that of its socket, so
 * from a socket that is bound to a wildcard the kernel chooses the address to send from.
 */
public final class LinuxUdpTransport implements SocketTransport {
    /** How many sockets are read in a turn. The kernel sees to it that others are first next. */
    private static final int SOCKETS_PER_TURN = 16;

    /** When that many are read, timers have their turn. */
    private static final int DATAGRAMS_PER_TURN = 512;

    /**
     * The same in bytes: what was read should still be in the processor's caches when it is looked
     * at, and the pings among it be answered soon.
     */
    private static final int BYTES_PER_TURN = 1 << 19;

    private final Listener listener;
    private final Set<UdpFeature> features;
    private final String description;
    private final SocketSetup setup;
    private final Poller poller;
    private final SocketReader reader;
    private final ErrorQueue errors;
    private final LossCounter losses = new LossCounter();
    private final SocketTable sockets = new SocketTable();
    private final LinuxSocket[] readable = new LinuxSocket[SOCKETS_PER_TURN];

    /**
     * Sockets that are not read before the next turn: by then, who binds them in another thread has
     * mostly said what for.
     */
    private final Queue<Unwatched> unwatched = new ConcurrentLinkedQueue<>();

    /** Held by who opens or closes sockets. */
    private final ReentrantLock changing = new ReentrantLock();

    private boolean closed;

    /** A new socket and its number. */
    private record Unwatched(LinuxSocket socket, int number) {}

    private LinuxUdpTransport(Set<UdpFeature> features, String description, Listener listener)
            throws IOException {
        this.features = features;
        this.description = description;
        this.listener = listener;
        setup = new SocketSetup(features);
        poller = new Poller(SOCKETS_PER_TURN);
        AddressCache addresses = new AddressCache();
        boolean coalesced = features.contains(UdpFeature.RECEIVE_OFFLOAD);
        reader = new SocketReader(coalesced, addresses, listener);
        errors = new ErrorQueue(features.contains(UdpFeature.ERROR_QUEUE), addresses, listener);
    }

    /**
     * Opens the transport without sockets. {@link NativeSupport#problem} must have found none.
     *
     * @param without what not to use although it may be there
     * @throws IOException if the kernel refuses what cannot be done without
     * @throws LinkageError if the C library lacks a function
     */
    public static LinuxUdpTransport open(Set<UdpFeature> without, Listener listener)
            throws IOException {
        Map<UdpFeature, String> missing = new EnumMap<>(UdpFeature.class);
        Set<UdpFeature> features = SocketSetup.probe(missing);
        for (UdpFeature feature : without) {
            features.remove(feature);
            missing.put(feature, "switched off");
        }
        String has = features.stream().map(UdpFeature::toString).collect(Collectors.joining(", "));
        String lacks =
                missing.entrySet().stream()
                        .map(entry -> entry.getKey() + " (" + entry.getValue() + ')')
                        .collect(Collectors.joining(", "));
        String description = "UDP with " + has + (lacks.isEmpty() ? "" : "; without " + lacks);
        return new LinuxUdpTransport(features, description, listener);
    }

    @Override
    public Set<UdpFeature> features() {
        Set<UdpFeature> now = EnumSet.copyOf(features);
        if (sockets.all().stream().anyMatch(LinuxSocket::isRefusing)) {
            now.remove(UdpFeature.SEGMENTATION_OFFLOAD);
        }
        return now;
    }

    @Override
    public String description() {
        return description;
    }

    // ---- sockets

    @Override
    public Socket bind(InetSocketAddress local, SocketOptions options) {
        return bind(local, options, false);
    }

    @Override
    public Socket bindBeside(
            InetSocketAddress local, SocketOptions options, Collection<Socket> others) {
        // For this moment only: otherwise, other processes could take our addresses, too.
        try {
            others.forEach(other -> setup.setReuse((LinuxSocket) other, true));
            LinuxSocket socket = bind(local, options, true);
            setup.setReuse(socket, false);
            return socket;
        } finally {
            others.forEach(other -> setup.setReuse((LinuxSocket) other, false));
        }
    }

    private LinuxSocket bind(InetSocketAddress local, SocketOptions options, boolean reuse) {
        LinuxSocket socket;
        try {
            socket = setup.open(local, options, reuse);
        } catch (SocketSetup.SocketException e) {
            throw new ConfigurationException(
                    Errno.reason(e.errno()),
                    "local: cannot bind " + Addresses.text(local) + ": " + e.getMessage(),
                    e);
        }
        changing.lock();
        try {
            if (closed) {
                socket.descriptor().close();
                throw new KnetClosedException("local: not bound, since the node is closed");
            }
            unwatched.add(new Unwatched(socket, sockets.add(socket)));
            return socket;
        } finally {
            changing.unlock();
        }
    }

    @Override
    public void setTrafficClass(Socket socket, int trafficClass) {
        LinuxSocket own = (LinuxSocket) socket;
        if (!own.descriptor().acquire()) {
            return; // nothing is sent by it any more
        }
        try {
            int result = setup.setTrafficClass(own, trafficClass);
            if (result < 0) {
                throw new ConfigurationException(
                        Errno.reason(-result),
                        "highPriorityTraffic: cannot be set: " + Errno.text(-result));
            }
        } finally {
            own.descriptor().release();
        }
    }

    @Override
    public boolean keepOut(Socket socket, Collection<InetSocketAddress> peers) {
        LinuxSocket own = (LinuxSocket) socket;
        if (!features.contains(UdpFeature.SOURCE_FILTER) || !own.descriptor().acquire()) {
            return false;
        }
        try {
            return SocketSetup.keepOut(own, peers) >= 0;
        } finally {
            own.descriptor().release();
        }
    }

    @Override
    public void letIn(Socket socket) {
        LinuxSocket own = (LinuxSocket) socket;
        if (own.descriptor().acquire()) {
            try {
                SocketSetup.letIn(own);
            } finally {
                own.descriptor().release();
            }
        }
    }

    @Override
    public void unbind(Socket socket) {
        changing.lock();
        try {
            remove((LinuxSocket) socket);
        } finally {
            changing.unlock();
        }
    }

    private void remove(LinuxSocket socket) {
        if (!sockets.remove(socket)) {
            return;
        }
        try {
            // At once, whoever still sends by it: what comes is not of interest any more.
            poller.remove(socket.descriptor());
        } catch (IOException _) {
            // it is not watched yet
        }
        socket.descriptor().close();
    }

    @Override
    public Path path(Socket socket, InetSocketAddress remote) {
        return new LinuxPath((LinuxSocket) socket, remote);
    }

    // ---- datagrams

    @Override
    public void send(OutgoingBatch batch) {
        if (batch.pendingCount() == 0) {
            return;
        }
        BatchSender sender;
        if (batch.attachment() instanceof BatchSender kept) {
            sender = kept;
        } else {
            sender = new BatchSender(batch, BatchSender.Kernel.linux());
            batch.attach(sender);
        }
        sender.send();
    }

    @Override
    public void poll(long timeout, IncomingBatch batch) throws IOException {
        watchNew();
        int events = poller.await(timeout);
        int count = 0;
        for (int i = 0; i < events; i++) {
            if (poller.isWakeUp(i)) {
                continue;
            }
            LinuxSocket socket = sockets.get((int) poller.number(i));
            if (socket == null || !socket.descriptor().acquire()) {
                continue;
            }
            try {
                if (poller.hasError(i)) {
                    errors.drain(socket);
                }
            } finally {
                socket.descriptor().release();
            }
            if (poller.isReadable(i)) {
                readable[count++] = socket;
            }
        }
        for (int i = 0; i < count; i++) {
            read(readable[i], batch, count - i);
        }
        if (events == SOCKETS_PER_TURN) {
            batch.leftMore(); // others may be readable, too
        }
    }

    private void watchNew() {
        Unwatched added = unwatched.poll();
        while (added != null) {
            LinuxSocket socket = added.socket;
            if (socket.descriptor().acquire()) {
                try {
                    poller.add(socket.descriptor(), added.number);
                } catch (IOException e) {
                    String message = "it cannot be watched: " + e.getMessage();
                    listener.socketFailed(socket, Reason.SOCKET_FAILED, message);
                } finally {
                    socket.descriptor().release();
                }
            }
            added = unwatched.poll();
        }
    }

    /**
     * Reads a socket's share of the batch, so that a busy one does not keep others from being read.
     *
     * @param sharers how many sockets share what is left
     */
    private void read(LinuxSocket socket, IncomingBatch batch, int sharers) {
        if (!socket.descriptor().acquire()) {
            return;
        }
        try {
            int left = Math.max(1, reader.room(batch) / sharers);
            int end = batch.size() + Math.max(1, (DATAGRAMS_PER_TURN - batch.size()) / sharers);
            int bytes = BYTES_PER_TURN / sharers;
            boolean more = true;
            while (more && left > 0 && bytes > 0 && batch.size() < end && reader.room(batch) > 0) {
                int wanted = Math.min(SocketReader.MESSAGES, Math.min(left, reader.room(batch)));
                int result = reader.read(socket, batch, wanted);
                if (result < 0) {
                    readFailed(socket, -result, batch);
                }
                more = result == wanted;
                left -= wanted;
                bytes -= reader.bytes();
            }
            if (more) {
                batch.leftMore();
            }
            long lost = socket.isLossDue() ? losses.lost(socket) : 0;
            if (lost > 0) {
                listener.datagramsLost(socket, lost);
            }
        } finally {
            socket.descriptor().release();
        }
    }

    private void readFailed(LinuxSocket socket, int errno, IncomingBatch batch) {
        listener.socketFailed(socket, Errno.reason(errno), Errno.text(errno));
        if (batch.size() == 0) {
            awaitRoom(); // not even an error that stays may take the whole processor
        }
    }

    @Override
    public void wakeUp() {
        poller.wake();
    }

    @Override
    public void close() {
        changing.lock();
        try {
            closed = true;
            sockets.all().forEach(this::remove);
            poller.close();
        } finally {
            changing.unlock();
        }
    }
}
