/**
 * A redundant, fault tolerant network transport for the nodes of a cluster, wire compatible with
 * Kronosnet's libknet 1.x.
 *
 * <p>{@link io.knet4j} is the API, {@link io.knet4j.spi} is for who adds compression methods; the
 * other packages are for knet4j's own modules.
 */
module io.knet4j {
    requires jdk.net;
    requires static org.jspecify;

    uses io.knet4j.spi.CompressionProvider;

    exports io.knet4j;
    exports io.knet4j.spi;
    exports io.knet4j.internal.node to
            io.knet4j.testkit;
    exports io.knet4j.internal.onwire to
            io.knet4j.testkit;
    exports io.knet4j.internal.security to
            io.knet4j.testkit;
    exports io.knet4j.internal.transport to
            io.knet4j.testkit;
}
