package io.knet4j.bench.overload;

import io.knet4j.Knet;
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
        /** Exactly the address of a host that is configured, and does not answer. */
        OTHER_HOST
    }

    /** Whether it is a flood. */
    boolean isFlood() {
        return source != null;
    }

    /**
     * Whether honest traffic should keep its rate. Packets that were recorded are repeated for
     * another reason than to flood: old numbers in them can make genuine ones look old, which the
     * wire cannot prevent.
     */
    boolean keepsRate() {
        return isFlood() && garbage != Garbage.RECORDED;
    }

    /**
     * Whether nothing can be done about it without crypto: who has the address of a member is one.
     */
    boolean needsCrypto() {
        return source == Source.PEER && garbage != Garbage.EQUAL;
    }

    /**
     * Starts it.
     *
     * @param pair whose receiver suffers
     * @param to the receiver, or what does not care
     */
    Flood flood(OverloadedPair pair, InetSocketAddress to) {
        InetSocketAddress any = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.66"), 0);
        List<InetSocketAddress> from =
                switch (source) {
                    case STRANGER -> List.of(any);
                    case STRANGER_PORTS -> Collections.nCopies(64, any);
                    case PEER -> List.of(new InetSocketAddress(pair.atSender().getAddress(), 0));
                    case OTHER_HOST -> List.of(pair.otherHost());
                    case null -> throw new IllegalStateException(label);
                };
        return new Flood(from, to, garbage.datagrams(pair));
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
