package io.knet4j.internal.node;

import io.knet4j.CompressionMethod;
import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.KnetConfig;
import io.knet4j.internal.compress.CompressionMethods;
import io.knet4j.internal.engine.Parallel;
import io.knet4j.internal.runtime.ThreadedRuntime;
import io.knet4j.internal.security.JcaSuite;
import io.knet4j.internal.security.KeySlots;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Opens nodes. */
public final class Nodes {
    private Nodes() {}

    /** Opens a node with threads and sockets. */
    public static Knet open(KnetConfig config) {
        CompressionMethods.prepareInstalled();
        return open(
                config,
                new ThreadedRuntime(
                        config.nodeId(), config.withoutUdpFeatures(), config.idleStrategy()));
    }

    /** Of datagrams that were dropped for these, no link has counted them. For tests. */
    public static final Set<DropCause> BEFORE_A_LINK_IS_KNOWN =
            Collections.unmodifiableSet(
                    EnumSet.of(
                            DropCause.TOO_SHORT,
                            DropCause.NOT_AUTHENTIC,
                            DropCause.CLEAR_TRAFFIC,
                            DropCause.OTHER_HASH,
                            DropCause.OTHER_CIPHER,
                            DropCause.ENCRYPTED,
                            DropCause.WRONG_VERSION,
                            DropCause.UNKNOWN_HOST,
                            DropCause.WRONG_LINK,
                            DropCause.WRONG_ADDRESS,
                            DropCause.ACCESS_DENIED,
                            DropCause.UNKNOWN_TYPE));

    /** Opens a node that is driven by something else. */
    public static Knet open(KnetConfig config, NodeRuntime runtime) {
        KeySlots keys = null;
        try {
            int threads =
                    config.cryptoThreads()
                            .orElseGet(() ->
                                    cryptoThreads(Runtime.getRuntime().availableProcessors()));
            Parallel parallel = runtime.newParallel("crypto", threads);
            keys = new KeySlots(parallel.threads() - 1);
            if (config.crypto().isPresent()) {
                keys.enable(JcaSuite.of(config.crypto().get(), runtime.random()));
            }
            return new Node(config, runtime, keys, parallel);
        } catch (Throwable e) {
            if (keys != null) {
                keys.wipe();
            }
            runtime.close();
            throw e;
        }
    }

    /**
     * How many threads seal where nothing else is said. On few processors, those that receive and
     * those of the application need some, too.
     */
    static int cryptoThreads(int processors) {
        if (processors <= 4) {
            return Math.min(processors, 2);
        }
        return 4;
    }

    /** The compression methods that are available. */
    public static List<CompressionMethod> compressionMethods() {
        return CompressionMethods.installed().available();
    }

    /** Memory that messages hold whose fragments have not all come. For tests. */
    public static long incompleteBytes(Knet knet) {
        return ((Node) knet).incompleteBytes();
    }

    /** Says what is left over in a node without hosts, if anything is. For tests. */
    public static Optional<String> leak(Knet knet) {
        return ((Node) knet).leak();
    }
}
