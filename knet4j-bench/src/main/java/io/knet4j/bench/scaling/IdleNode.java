package io.knet4j.bench.scaling;

import io.knet4j.bench.Footprint;
import io.knet4j.bench.Statistics;
import io.knet4j.bench.node.NodeLibrary;
import io.knet4j.bench.node.NodeMain;
import io.knet4j.interop.CLinkConfig;
import io.knet4j.interop.CProcess;
import io.knet4j.testkit.relay.FreePorts;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * A node, in a process of its own, that only exchanges heartbeats with many hosts.
 *
 * @param hosts how many, with two links each
 * @param cpuPercent processor time in percent of one processor
 * @param heapMegabytes heap in use after a collection
 * @param residentMegabytes memory of the process
 * @param threads threads of the JVM that belong to Java
 * @param jitterMillis what the time between two pings of a link differs from the interval, in 999
 *     of 1,000 cases at most
 */
record IdleNode(
        int hosts,
        double cpuPercent,
        double heapMegabytes,
        double residentMegabytes,
        int threads,
        double jitterMillis) {
    static final String HEAD =
            "%6s %6s %16s %9s %13s %8s %18s"
                    .formatted(
                            "hosts",
                            "links",
                            "CPU % of a core",
                            "heap MB",
                            "resident MB",
                            "threads",
                            "jitter p99.9 ms");

    private static final int NODE = 65_000;
    private static final int LINKS = 2;
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration REACHABLE = Duration.ofSeconds(60);
    private static final int SETTLE_MILLIS = 5000;

    static IdleNode measure(int hosts, Duration length) throws Exception {
        InetSocketAddress[] ends = new InetSocketAddress[LINKS];
        for (int link = 0; link < LINKS; link++) {
            ends[link] = FreePorts.loopback4();
        }
        try (SimulatedPeers peers = new SimulatedPeers(hosts, ends, INTERVAL);
                CProcess node =
                        CProcess.start(
                                NodeMain.class.getName(),
                                System.getProperty("java.class.path"),
                                List.of(NodeLibrary.KNET4J.name(), String.valueOf(NODE)),
                                List.of())) {
            for (int host = 1; host <= hosts; host++) {
                for (int link = 0; link < LINKS; link++) {
                    node.addLink(
                            host,
                            CLinkConfig.defaults(link, ends[link], peers.address(host, link))
                                    .withPongCount(2));
                }
            }
            node.command("start");
            peers.start();
            for (int host = 1; host <= hosts; host++) {
                node.awaitReachable(host, true, REACHABLE);
            }
            node.command("usage"); // loads what the second call needs, and collects
            Thread.sleep(SETTLE_MILLIS);
            peers.record();
            long start = System.nanoTime();
            long cpu = Long.parseLong(node.command("cpu"));
            Thread.sleep(length);
            cpu = Long.parseLong(node.command("cpu")) - cpu;
            double share = 100.0 * cpu / (System.nanoTime() - start);
            long[] jitter = peers.recorded();
            double resident = Footprint.residentBytes(node.handle().pid()) / 1e6;
            String[] usage = node.command("usage").split(" ");
            return new IdleNode(
                    hosts,
                    share,
                    Long.parseLong(usage[1]) / 1e6,
                    resident,
                    Integer.parseInt(usage[2]),
                    jitter.length == 0
                            ? Double.NaN
                            : Statistics.percentile(Statistics.sorted(jitter), 99.9) / 1e6);
        }
    }

    String row() {
        return String.format(
                Locale.ROOT,
                "%6d %6d %16.2f %9.1f %13.1f %8d %18.2f",
                hosts,
                hosts * LINKS,
                cpuPercent,
                heapMegabytes,
                residentMegabytes,
                threads,
                jitterMillis);
    }
}
