package io.knet4j.bench.compare;

import io.knet4j.bench.node.NodeLibrary;
import java.util.List;

/** Who is measured: the library that sends and the one that receives. */
public enum Contender {
    /** knet4j at both ends. */
    KNET4J("knet4j", NodeLibrary.KNET4J, NodeLibrary.KNET4J),
    /** The C library at both ends. */
    LIBKNET("libknet", NodeLibrary.LIBKNET, NodeLibrary.LIBKNET),
    /** knet4j sends to the C library. */
    KNET4J_TO_LIBKNET("knet4j-to-libknet", NodeLibrary.KNET4J, NodeLibrary.LIBKNET),
    /** The C library sends to knet4j. */
    LIBKNET_TO_KNET4J("libknet-to-knet4j", NodeLibrary.LIBKNET, NodeLibrary.KNET4J),
    /** Aeron at both ends. */
    AERON("aeron", NodeLibrary.AERON, NodeLibrary.AERON),
    /** JGroups at both ends. */
    JGROUPS("jgroups", NodeLibrary.JGROUPS, NodeLibrary.JGROUPS),
    /** Bare UDP sockets, without a library. */
    SOCKETS("sockets", NodeLibrary.SOCKETS, NodeLibrary.SOCKETS);

    private final String label;
    private final NodeLibrary sender;
    private final NodeLibrary receiver;

    Contender(String label, NodeLibrary sender, NodeLibrary receiver) {
        this.label = label;
        this.sender = sender;
        this.receiver = receiver;
    }

    NodeLibrary sender() {
        return sender;
    }

    NodeLibrary receiver() {
        return receiver;
    }

    /** Whether what is lost on the way is sent again, so that it arrives in the end. */
    boolean reliable() {
        return this == AERON || this == JGROUPS;
    }

    /**
     * How a ratio of this contender is called: the ratios of knet4j to libknet have the plain name.
     */
    String ratioName(Cell cell, Metric metric) {
        String name = cell.name() + '-' + metric.label();
        return switch (this) {
            case KNET4J, LIBKNET -> name;
            case KNET4J_TO_LIBKNET, LIBKNET_TO_KNET4J -> name + '-' + label;
            case AERON, JGROUPS, SOCKETS -> name + "-vs-" + label;
        };
    }

    /** Those that a ratio divides: knet4j by libknet or a peer, mixed pairs by libknet. */
    List<Contender> ratioOf() {
        return switch (this) {
            case KNET4J -> List.of(KNET4J, LIBKNET);
            case LIBKNET -> List.of();
            case KNET4J_TO_LIBKNET, LIBKNET_TO_KNET4J -> List.of(this, LIBKNET);
            case AERON, JGROUPS, SOCKETS -> List.of(KNET4J, this);
        };
    }

    @Override
    public String toString() {
        return label;
    }
}
