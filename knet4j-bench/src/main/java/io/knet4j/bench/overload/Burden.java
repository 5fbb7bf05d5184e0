package io.knet4j.bench.overload;

import io.knet4j.Knet;
import io.knet4j.interop.RawSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What makes life hard for the receiver. */
enum Burden {
    /** Nothing but the sender, who is as fast as it is let. */
    NONE("none"),
    STRANGER_EQUAL("a stranger: equal datagrams", Source.STRANGER, Garbage.EQUAL),
    STRANGER_MIXED("a stranger: 0 to 1,472 bytes", Source.STRANGER, Garbage.MIXED),
    STRANGER_PORTS("a stranger: the same, 64 ports", Source.STRANGER_PORTS, Garbage.MIXED),
    STRANGER_CLEAR("a stranger: pings and fragments", Source.STRANGER, Garbage.CLEAR),
    PEER_EQUAL("the peer's address: equal datagrams", Source.PEER, Garbage.EQUAL),
    PEER_MIXED("the peer's address: 0 to 1,472 bytes", Source.PEER, Garbage.MIXED),
    PEER_CLEAR("the peer's address: pings, fragments", Source.PEER, Garbage.CLEAR),
    PEER_RECORDED("the peer's address: recorded pings", Source.PEER, Garbage.RECORDED),
    FORGED_EQUAL("the peer's port: equal datagrams", Source.PEER_PORT, Garbage.EQUAL),
    FORGED_MIXED("the peer's port: 0 to 1,472 bytes", Source.PEER_PORT, Garbage.MIXED),
    KNOWN_EQUAL("another host: equal datagrams", Source.OTHER_HOST, Garbage.EQUAL),
    KNOWN_MIXED("another host: 0 to 1,472 bytes", Source.OTHER_HOST, Garbage.MIXED),
    /** A consumer that takes a millisecond for each message. */
    SLOW_CONSUMER("a consumer that takes 1 ms each") {
        @Override
        void consume() {
            try {
                Thread.sleep(Duration.ofMillis(1));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    },
    SLOW_NETWORK("a network of 10 MB/s") {
        @Override
        long bytesPerSecond() {
            return 10_000_000;
        }
    },
    SMALL_BUFFERS("socket buffers of 64 KiB") {
        @Override
        Knet.Builder configure(Knet.Builder node) {
            return node.socketBufferBytes(1 << 16);
        }
    };

    private final String label;
    private final @Nullable Source source;
    private final Garbage garbage;

    Burden(String label) {
        this(label, null, Garbage.EQUAL);
    }

    Burden(String label, @Nullable Source source, Garbage garbage) {
        this.label = label;
        this.source = source;
        this.garbage = garbage;
    }

    /** Where a flood comes from. */
    private enum Source {
        STRANGER,
        STRANGER_PORTS,
        /** The peer's address, from another port. */
        PEER,
        /** The peer's address and port, which are forged. */
        PEER_PORT,
        /** Exactly the address of a host that is configured, and does not answer. */
        OTHER_HOST
    }

    /** Whether it is a flood. */
    boolean isFlood() {
        return source != null;
    }

    /**
     * Whether honest traffic should keep half its rate. Old numbers in pings that were recorded can
     * make genuine messages look old, which the wire cannot prevent; what bears the address and
     * port of a peer costs a signature each.
     */
    boolean keepsRate() {
        return isFlood() && garbage != Garbage.RECORDED && source != Source.PEER_PORT;
    }

    /** Whether this process may do that. */
    boolean isAllowed() {
        return source != Source.PEER_PORT || RawSocket.isAllowed();
    }

    /**
     * Whether nothing can be done about it without crypto: who has the address of a member is one.
     */
    boolean needsCrypto() {
        return source == Source.PEER_PORT || (source == Source.PEER && garbage != Garbage.EQUAL);
    }

    /**
     * Starts it.
     *
     * @param pair whose receiver suffers
     * @param to the receiver, or what does not care
     */
    Flood flood(OverloadedPair pair, InetSocketAddress to) {
        InetSocketAddress any = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.66"), 0);
        InetSocketAddress peer = pair.atSender();
        List<byte[]> datagrams = garbage.datagrams(pair);
        return new Flood(
                switch (source) {
                    case STRANGER -> new SocketOutlet(List.of(any), to, datagrams);
                    case STRANGER_PORTS ->
                            new SocketOutlet(Collections.nCopies(64, any), to, datagrams);
                    case PEER ->
                            new SocketOutlet(
                                    List.of(new InetSocketAddress(peer.getAddress(), 0)),
                                    to,
                                    datagrams);
                    case PEER_PORT -> new RawOutlet(peer, to, datagrams);
                    case OTHER_HOST -> new SocketOutlet(List.of(pair.otherHost()), to, datagrams);
                    case null -> throw new IllegalStateException(label);
                });
    }

    /** Done for each message that arrives. */
    void consume() {}

    /** How much the network between the nodes carries; 0 for as much as there is. */
    long bytesPerSecond() {
        return 0;
    }

    /** Settings of both nodes. */
    Knet.Builder configure(Knet.Builder node) {
        return node;
    }

    @Override
    public String toString() {
        return label;
    }
}
