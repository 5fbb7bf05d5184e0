/**
 * The real C library {@code libknet.so.1} seen from Java, and the tools that interoperability tests
 * and side-by-side benchmarks need around it: nodes in processes of their own, and network
 * namespaces.
 */
module io.knet4j.interop {
    requires transitive io.knet4j;
    requires transitive io.knet4j.testkit;
    requires java.logging;
    requires static org.jspecify;
    requires static transitive org.junit.jupiter.api;

    exports io.knet4j.interop;
    exports io.knet4j.interop.junit;
    exports io.knet4j.interop.netns;
}
