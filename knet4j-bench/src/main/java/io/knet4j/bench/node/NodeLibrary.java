package io.knet4j.bench.node;

import java.util.List;

/** Whose node. */
public enum NodeLibrary {
    /** knet4j. */
    KNET4J {
        @Override
        public BenchNode open(int id, Inbox inbox) {
            return new KnetNode(id, inbox);
        }
    },
    /** The C library, by FFM. */
    LIBKNET {
        @Override
        public BenchNode open(int id, Inbox inbox) {
            return new LibKnetNode(id, inbox);
        }
    },
    /** Aeron with a media driver in the same process. */
    AERON {
        @Override
        public BenchNode open(int id, Inbox inbox) {
            return new AeronNode(inbox);
        }

        @Override
        public List<String> jvmOptions() {
            return List.of(
                    "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");
        }
    },
    /** JGroups over UDP. */
    JGROUPS {
        @Override
        public BenchNode open(int id, Inbox inbox) {
            return new JGroupsNode(id, inbox);
        }
    },
    /** A UDP socket, and no library. */
    SOCKETS {
        @Override
        public BenchNode open(int id, Inbox inbox) {
            return new SocketNode(inbox);
        }
    };

    /**
     * Opens a node.
     *
     * @param id its host id
     * @param inbox takes what arrives
     */
    public abstract BenchNode open(int id, Inbox inbox);

    /** {@return options that its JVM needs} */
    public List<String> jvmOptions() {
        return List.of();
    }
}
