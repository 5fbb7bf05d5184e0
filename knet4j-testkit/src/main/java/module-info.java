/**
 * Tools to test clusters with: a simulated network in virtual time, and a relay that harms
 * datagrams between real sockets.
 */
module io.knet4j.testkit {
    requires transitive io.knet4j;
    requires static org.jspecify;

    exports io.knet4j.testkit;
    exports io.knet4j.testkit.campaign;
    exports io.knet4j.testkit.relay;
}
