package io.knet4j;

import java.util.OptionalInt;

/**
 * How large the packets of a link are, and why.
 *
 * @param packetBytes largest IP packet that this node sends on the link, 524 to 65535 bytes: what
 *     was found to pass, or before that and where nothing can be found, what every path takes
 * @param dataMtu bytes of a message that libknet would put into such a packet; the figure that it
 *     calls the MTU of a link
 * @param fragmentBytes bytes of a message that this node puts into such a packet: 12 more, which
 *     libknet leaves free
 * @param limit why it is not larger
 * @param failedPacketBytes smallest larger IP packet that is known not to pass; empty when none is
 *     known
 * @param receivedPacketBytes largest IP packet of the peer's own last discovery that arrived here:
 *     what passes in the other direction; empty while that is not known, for example because the
 *     peer does not probe
 * @param searching whether a discovery is running; not told of those that only confirm what is
 *     known
 */
public record PathMtu(
        int packetBytes,
        int dataMtu,
        int fragmentBytes,
        MtuLimit limit,
        OptionalInt failedPacketBytes,
        OptionalInt receivedPacketBytes,
        boolean searching) {}
