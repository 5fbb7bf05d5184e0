package io.knet4j.internal.transport.udp;

import io.knet4j.ConfigurationException;
import io.knet4j.KnetClosedException;
import io.knet4j.LogSubsystem;
import io.knet4j.Reason;
import io.knet4j.UdpFeature;
import io.knet4j.internal.transport.Addresses;
import io.knet4j.internal.transport.IncomingBatch;
import io.knet4j.internal.transport.OutgoingBatch;
import io.knet4j.internal.transport.Path;
import io.knet4j.internal.transport.SocketTransport;
import io.knet4j.internal.transport.udp.linux.MtuProbeMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/** UDP sockets of the JDK, one datagram per system call. */
public final class NioUdpTransport implements SocketTransport {
    private static final System.Logger LOG = System.getLogger(LogSubsystem.TRANSPORT.loggerName());

    /** What is wrong with sockets of this program is said once. */
    private static final AtomicBoolean FRAGMENTS_LOGGED = new AtomicBoolean();

    private static final AtomicBoolean MODE_LOGGED = new AtomicBoolean();

    private static final int DATAGRAMS_PER_TURN = 64;

    private final Selector selector;
    private final Listener listener;
    private final String description;
    private final boolean probing;
    private final Consumer<SelectionKey> reader = this::read;
    private @Nullable IncomingBatch incoming;

    /**
     * Opens the transport without sockets.
     *
     * @param without what not to use although it may be there
     * @param description for people
     */
    public NioUdpTransport(Set<UdpFeature> without, String description, Listener listener) {
        probing = MtuProbeMode.isSupported() && !without.contains(UdpFeature.MTU_PROBE_MODE);
        this.description = description;
        this.listener = listener;
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A socket of the JDK. */
    record UdpSocket(DatagramChannel channel, InetSocketAddress local, boolean keepsDatagramsWhole)
            implements Socket {}

    @Override
    public Socket bind(InetSocketAddress local, SocketOptions options) {
        return bind(local, options, false);
    }

    @Override
    public Socket bindBeside(
            InetSocketAddress local, SocketOptions options, Collection<Socket> others) {
        // For this moment only: otherwise, other processes could take our addresses, too.
        try {
            others.forEach(other -> setReuse(((UdpSocket) other).channel, true));
            Socket socket = bind(local, options, true);
            setReuse(((UdpSocket) socket).channel, false);
            return socket;
        } finally {
            others.forEach(other -> setReuse(((UdpSocket) other).channel, false));
        }
    }

    private static void setReuse(DatagramChannel channel, boolean reuse) {
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, reuse);
        } catch (IOException _) {
            // then it cannot be bound, which tells
        }
    }

    private Socket bind(InetSocketAddress local, SocketOptions options, boolean reuse) {
        boolean ipv6 = local.getAddress() instanceof Inet6Address;
        DatagramChannel channel = null;
        try {
            channel =
                    DatagramChannel.open(
                            ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.SO_RCVBUF, options.bufferBytes());
            channel.setOption(StandardSocketOptions.SO_SNDBUF, options.bufferBytes());
            if (options.trafficClass() != 0) {
                channel.setOption(StandardSocketOptions.IP_TOS, options.trafficClass());
            }
            if (reuse) {
                setReuse(channel, true);
            }
            boolean whole = forbidFragments(channel);
            channel.bind(local);
            UdpSocket socket =
                    new UdpSocket(channel, (InetSocketAddress) channel.getLocalAddress(), whole);
            if (whole) {
                forgetReportedMtus(socket);
            }
            channel.register(selector, SelectionKey.OP_READ, socket);
            return socket;
        } catch (ClosedSelectorException _) {
            if (channel != null) {
                close(channel);
            }
            throw new KnetClosedException("local: not bound, since the node is closed");
        } catch (IOException e) {
            if (channel != null) {
                close(channel);
            }
            Reason reason = bindReason(e);
            throw new ConfigurationException(
                    reason,
                    "local: cannot bind " + Addresses.text(local) + ": " + e.getMessage(),
                    e);
        }
    }

    private static boolean forbidFragments(DatagramChannel channel) {
        try {
            channel.setOption(ExtendedSocketOptions.IP_DONTFRAGMENT, true);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            logOnce(
                    FRAGMENTS_LOGGED,
                    System.Logger.Level.WARNING,
                    "datagrams may be cut into IP fragments here, so that path MTUs cannot be"
                            + " discovered; set the interface MTU by hand for more than the safe"
                            + " minimum ("
                            + e
                            + ")");
            return false;
        }
    }

    private void forgetReportedMtus(UdpSocket socket) {
        String problem = probing ? MtuProbeMode.set(socket.local) : null;
        if (problem != null) {
            logOnce(
                    MODE_LOGGED,
                    System.Logger.Level.INFO,
                    "after a router reported a smaller MTU, a path that grows again is noticed only"
                            + " when the kernel forgets that report, in ten minutes: "
                            + problem);
        }
    }

    private static void logOnce(AtomicBoolean logged, System.Logger.Level level, String line) {
        if (logged.compareAndSet(false, true)) {
            LOG.log(level, line);
        }
    }

    @Override
    public Set<UdpFeature> features() {
        return probing ? Set.of(UdpFeature.MTU_PROBE_MODE) : Set.of();
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public void setTrafficClass(Socket socket, int trafficClass) {
        DatagramChannel channel = ((UdpSocket) socket).channel;
        try {
            channel.setOption(StandardSocketOptions.IP_TOS, trafficClass);
        } catch (ClosedChannelException _) {
            // so nothing is sent by it any more
        } catch (IOException e) {
            throw new ConfigurationException(
                    reason(e), "highPriorityTraffic: cannot be set: " + e.getMessage(), e);
        }
    }

    @Override
    public void unbind(Socket socket) {
        close(((UdpSocket) socket).channel);
        try {
            selector.selectNow(); // the file descriptor stays open until the selector has seen that
            // its key is cancelled
            selector.wakeup(); // it may have been awaited by poll()
        } catch (ClosedSelectorException _) {
            // it has closed the file descriptor
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(DatagramChannel channel) {
        try {
            channel.close();
        } catch (IOException _) {
            // there is nothing to lose in a socket that is given up
        }
    }

    @Override
    public Path path(Socket socket, InetSocketAddress remote) {
        return new Path(socket, remote);
    }

    @Override
    public void send(OutgoingBatch batch) {
        Socket full = null;
        for (int i = 0; i < batch.size(); i++) {
            if (!batch.isPending(i)) {
                continue;
            }
            Path path = batch.path(i);
            if (path.socket().equals(full)) {
                continue;
            }
            ByteBuffer datagram = datagram(batch, i);
            try {
                if (((UdpSocket) path.socket()).channel.send(datagram, path.remote()) > 0) {
                    batch.sent(i);
                } else if (full == null) {
                    full = path.socket();
                } else {
                    break; // two sockets are full: the rest waits, too
                }
            } catch (IOException e) {
                Reason reason = reason(e);
                if (reason == Reason.NO_PROGRESS) {
                    full = path.socket(); // those behind it wait, too, to keep their order
                } else {
                    batch.fail(i, reason);
                }
            }
        }
        batch.memory().clear();
    }

    /** A datagram in one piece, in place or copied. */
    private static ByteBuffer datagram(OutgoingBatch batch, int index) {
        ByteBuffer memory = batch.memory().clear();
        int length = batch.length(index);
        if (batch.tailLength(index) == 0) {
            int offset = batch.offset(index);
            return memory.limit(offset + length).position(offset);
        }
        ByteBuffer scratch;
        if (batch.attachment() instanceof ByteBuffer kept && kept.capacity() >= length) {
            scratch = kept;
        } else {
            scratch = ByteBuffer.allocateDirect(Math.max(MAX_DATAGRAM, length));
            batch.attach(scratch);
        }
        batch.copy(index, scratch.clear(), 0);
        return scratch.limit(length).position(0);
    }

    @Override
    public void poll(long timeout, IncomingBatch batch) throws IOException {
        incoming = batch;
        if (timeout <= 0) {
            selector.selectNow(reader);
        } else if (timeout == Long.MAX_VALUE) {
            selector.select(reader);
        } else {
            selector.select(reader, TimeUnit.NANOSECONDS.toMillis(timeout) + 1);
        }
        incoming = null;
    }

    @Override
    public void wakeUp() {
        selector.wakeup();
    }

    /**
     * Reads a socket's share of the batch, so that a busy one does not keep others from being read.
     */
    private void read(SelectionKey key) {
        IncomingBatch batch = incoming;
        if (batch == null || !key.isValid()) {
            return;
        }
        UdpSocket socket = (UdpSocket) key.attachment();
        ByteBuffer memory = batch.memory();
        try {
            int sockets = selector.keys().size();
            int end = batch.used() + Math.max(1, memory.capacity() / sockets - MAX_DATAGRAM);
            int most = Math.clamp(batch.capacity() / sockets, 1, DATAGRAMS_PER_TURN);
            for (int i = 0; i < most && batch.used() < end && batch.hasRoom(MAX_DATAGRAM); i++) {
                int start = batch.used();
                memory.limit(memory.capacity()).position(start);
                InetSocketAddress source = (InetSocketAddress) socket.channel.receive(memory);
                if (source == null) {
                    return;
                }
                batch.add(socket, source, memory.position() - start);
            }
            batch.leftMore();
        } catch (IOException e) {
            listener.socketFailed(socket, reason(e), String.valueOf(e.getMessage()));
        } finally {
            memory.clear();
        }
    }

    private static Reason bindReason(IOException e) {
        Reason reason = reason(e);
        return reason == Reason.SOCKET_FAILED && e instanceof BindException
                ? Reason.ADDRESS_UNAVAILABLE
                : reason;
    }

    /** The JDK tells errors of the operating system by their text only. */
    private static Reason reason(IOException e) {
        String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        if (text.contains("message too long") || text.contains("larger than")) {
            return Reason.DATAGRAM_TOO_LARGE;
        }
        if (text.contains("no buffer space")) {
            return Reason.NO_PROGRESS;
        }
        if (text.contains("not permitted") || text.contains("permission denied")) {
            return Reason.NOT_PERMITTED;
        }
        if (text.contains("unreachable")
                || text.contains("no route")
                || text.contains("network is down")) {
            return Reason.NETWORK_UNREACHABLE;
        }
        if (text.contains("cannot assign")
                || text.contains("in use")
                || (e instanceof SocketException && text.contains("unresolved"))) {
            return Reason.ADDRESS_UNAVAILABLE;
        }
        return Reason.SOCKET_FAILED;
    }

    @Override
    public void close() {
        if (!selector.isOpen()) {
            return;
        }
        for (SelectionKey key : selector.keys()) {
            close((DatagramChannel) key.channel());
        }
        try {
            selector.close();
        } catch (IOException _) {
            // nothing waits on it any more
        }
    }
}
