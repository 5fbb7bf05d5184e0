package io.knet4j.internal.engine;

import io.knet4j.internal.onwire.MtuArithmetic;

/**
 * The data MTUs that a link can have: from what every path takes to what fits into the largest
 * packet, in steps of a cipher block, or of a byte without one.
 */
record MtuRange(MtuArithmetic arithmetic, boolean ipv6) {
    private static final int MAX_PACKET = 65_535;

    int smallest() {
        return arithmetic.safeDataMtu();
    }

    int largest() {
        return arithmetic.dataMtuOfInterface(MAX_PACKET, ipv6);
    }

    int step() {
        return arithmetic.step();
    }

    /** Size of the IP packet that this data MTU fills. */
    int packetBytes(int dataMtu) {
        return arithmetic.udpPayload(dataMtu) + MtuArithmetic.ipHeaders(ipv6);
    }

    /** The largest data MTU whose packets are not larger than that. */
    int dataMtu(int packetBytes) {
        return Math.clamp(arithmetic.dataMtuOfInterface(packetBytes, ipv6), smallest(), largest());
    }

    /** The smallest data MTU whose packets are at least that large. */
    int dataMtuFrom(int packetBytes) {
        int below = dataMtu(packetBytes);
        return packetBytes(below) >= packetBytes ? below : below + step();
    }
}
