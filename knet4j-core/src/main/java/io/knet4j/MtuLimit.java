package io.knet4j;

/** Why packets on a link are not larger than they are. */
public enum MtuLimit {
    /**
     * Discovery has not come to a result yet: the link is down, or has just come up, or its socket
     * cannot keep packets from being cut on their way.
     */
    NOT_PROBED_YET("larger ones are being looked for"),

    /**
     * This machine does not send larger packets: the MTU of the interface that the link uses, or a
     * firewall. Where native access is not enabled, also what routers reported in the last ten
     * minutes.
     */
    INTERFACE("this machine sends no larger ones"),

    /** Larger packets do not arrive, or the answers to them do not. */
    PATH("larger ones do not arrive"),

    /**
     * The peer is up, but does not answer probes, so that packets have the size that every path
     * takes. It is asked again every five seconds, by small probes.
     */
    PEER("the host does not answer probes"),

    /** The MTU was set by {@link Knet#setInterfaceMtu}. */
    MANUAL("set by hand"),

    /** Packets cannot be larger. */
    PROTOCOL("there are no larger ones");

    private final String explanation;

    MtuLimit(String explanation) {
        this.explanation = explanation;
    }

    /**
     * The reason in words, to follow the size of a packet.
     *
     * @return for example {@code "larger ones do not arrive"}
     */
    public String explanation() {
        return explanation;
    }
}
