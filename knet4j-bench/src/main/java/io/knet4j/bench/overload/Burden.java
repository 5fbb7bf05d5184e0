package io.knet4j.bench.overload;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** What makes life hard for the receiver. */
enum Burden {
    /** Nothing but the sender, who is as fast as it is let. */
    NONE("none", true),
    /** Garbage from an address that no link has. */
    STRANGERS("garbage from a stranger", true) {
        @Override
        List<Flood> floods(InetAddress peer, InetSocketAddress node) {
            return List.of(new Flood(address("127.0.0.66"), node));
        }
    },
    /** Garbage from the peer's address, so that its signature is looked at. */
    FORGED("garbage from the peer's address", true) {
        @Override
        List<Flood> floods(InetAddress peer, InetSocketAddress node) {
            return List.of(new Flood(peer, node));
        }
    },
    /** A consumer that takes a millisecond for each message. */
    SLOW_CONSUMER("a consumer that takes 1 ms per message", false) {
        @Override
        void consume() {
            try {
                Thread.sleep(Duration.ofMillis(1));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    };

    private final String label;
    private final boolean comparable;

    Burden(String label, boolean comparable) {
        this.label = label;
        this.comparable = comparable;
    }

    private static InetAddress address(String literal) {
        return InetAddress.ofLiteral(literal);
    }

    /**
     * Starts what floods a node.
     *
     * @param peer address of the node's only peer
     * @param node where the node's link listens
     */
    List<Flood> floods(InetAddress peer, InetSocketAddress node) {
        return List.of();
    }

    /** Done for each message that arrives. */
    void consume() {}

    /** Whether honest traffic should keep its rate. */
    boolean comparable() {
        return comparable;
    }

    @Override
    public String toString() {
        return label;
    }
}
