package io.knet4j.bench;

import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.interop.CLinkConfig;
import io.knet4j.interop.CProcess;
import io.knet4j.testkit.relay.FreePorts;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a node costs that only keeps its links. */
@Command(
        name = "idle",
        description =
                "CPU, heap and threads of a node that only exchanges heartbeats, by number of hosts.",
        mixinStandardHelpOptions = true)
final class Idle implements Callable<Integer> {
    @Option(
            names = "--hosts",
            split = ",",
            description = "Numbers of hosts. Default: ${DEFAULT-VALUE}.")
    private List<Integer> hostCounts = List.of(1, 8, 32);

    @Option(names = "--links", description = "Links per host. Default: ${DEFAULT-VALUE}.")
    private int links = 2;

    @Option(names = "--interval", description = "Ping interval in ms. Default: ${DEFAULT-VALUE}.")
    private int interval = 1000;

    @Option(
            names = "--seconds",
            description = "Length of the measurement. Default: ${DEFAULT-VALUE}.")
    private int seconds = 20;

    @Override
    public Integer call() throws Exception {
        System.out.printf(
                Locale.ROOT,
                "%6s %6s %18s %14s %8s%n",
                "hosts",
                "links",
                "CPU % of a core",
                "heap MB",
                "threads");
        for (int hosts : hostCounts) {
            measure(hosts);
        }
        return 0;
    }

    private void measure(int hosts) throws Exception {
        List<Knet> peers = new ArrayList<>();
        try (CProcess node = Pair.javaNode(65_535)) {
            InetSocketAddress[] local = new InetSocketAddress[links];
            for (int l = 0; l < links; l++) {
                local[l] = FreePorts.loopback4();
            }
            for (int h = 1; h <= hosts; h++) {
                Knet peer = Knet.builder(h).open();
                peers.add(peer);
                node.command("host", h);
                for (int l = 0; l < links; l++) {
                    InetSocketAddress remote = FreePorts.loopback4();
                    node.addLink(
                            h,
                            new CLinkConfig(
                                    l, local[l], remote, interval, 2L * interval, 2048, 2, 0));
                    peer.host(65_535)
                            .orElseGet(() -> peer.addHost(65_535))
                            .addLink(
                                    l,
                                    LinkConfig.udp(remote, local[l])
                                            .withPing(
                                                    Duration.ofMillis(interval),
                                                    Duration.ofMillis(2L * interval))
                                            .withPongCount(2));
                }
            }
            for (int h = 1; h <= hosts; h++) {
                node.awaitReachable(h, true, Duration.ofSeconds(30));
            }
            node.command("usage"); // loads what the second call needs
            Thread.sleep(5L * interval);
            long cpuBefore = Long.parseLong(node.command("usage").split(" ")[0]);
            long start = System.nanoTime();
            Thread.sleep(seconds * 1000L);
            Duration cpuHandle = node.handle().info().totalCpuDuration().orElse(Duration.ZERO);
            long elapsed = System.nanoTime() - start;
            String[] usage = node.command("usage").split(" ");
            System.out.printf(
                    Locale.ROOT,
                    "%6d %6d %18.2f %14.1f %8s%n",
                    hosts,
                    hosts * links,
                    100.0 * (cpuHandle.toNanos() - cpuBefore) / elapsed,
                    Long.parseLong(usage[1]) / 1e6,
                    usage[2]);
        } finally {
            peers.forEach(Knet::close);
        }
    }
}
