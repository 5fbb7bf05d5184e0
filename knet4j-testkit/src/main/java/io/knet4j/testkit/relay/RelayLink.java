package io.knet4j.testkit.relay;

import java.net.InetSocketAddress;

/**
 * A relayed link between the endpoints A and B. A configures {@link #addressForA()} as its peer, B
 * {@link #addressForB()}.
 */
public final class RelayLink {
    private final InetSocketAddress addressForA;
    private final InetSocketAddress addressForB;
    private final RelayDirection aToB;
    private final RelayDirection bToA;

    RelayLink(
            InetSocketAddress addressForA,
            InetSocketAddress addressForB,
            RelayDirection aToB,
            RelayDirection bToA) {
        this.addressForA = addressForA;
        this.addressForB = addressForB;
        this.aToB = aToB;
        this.bToA = bToA;
    }

    /** {@return the address A sends to and hears from} */
    public InetSocketAddress addressForA() {
        return addressForA;
    }

    /** {@return the address B sends to and hears from} */
    public InetSocketAddress addressForB() {
        return addressForB;
    }

    /** {@return the direction from A to B} */
    public RelayDirection aToB() {
        return aToB;
    }

    /** {@return the direction from B to A} */
    public RelayDirection bToA() {
        return bToA;
    }

    /** Cuts both directions. The endpoints hear nothing of it, not even an ICMP message. */
    public void cut() {
        aToB.cut();
        bToA.cut();
    }

    /** Ends every impairment of both directions. */
    public void heal() {
        aToB.heal();
        bToA.heal();
    }

    /**
     * Changes how both directions misbehave.
     *
     * @param impairment from now on
     */
    public void impair(Impairment impairment) {
        aToB.impair(impairment);
        bToA.impair(impairment);
    }
}
