package io.knet4j.bench.scaling;

import io.knet4j.bench.node.BenchNode;
import io.knet4j.bench.node.Counted;
import io.knet4j.bench.node.Inbox;
import io.knet4j.bench.node.NodeCommands;
import io.knet4j.bench.node.NodeLibrary;
import io.knet4j.bench.node.NodeMain;
import io.knet4j.interop.CLinkConfig;
import io.knet4j.interop.CProcess;
import io.knet4j.testkit.relay.FreePorts;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A node that broadcasts, in a process of its own, to others that share this process.
 *
 * @param nodes of the cluster, with the one that broadcasts
 * @param deliveriesPerSecond messages that arrive per second, at all of them together
 * @param slowest messages that arrive per second at the slowest of them
 * @param loss share of the deliveries that did not happen
 * @param senderMicrosPerDelivery processor time of the sender
 * @param receiverMicrosPerDelivery processor time of the receivers
 */
record Broadcast(
        int nodes,
        double deliveriesPerSecond,
        double slowest,
        double loss,
        double senderMicrosPerDelivery,
        double receiverMicrosPerDelivery) {
    static final String HEAD =
            "%6s %14s %16s %8s %22s %24s"
                    .formatted(
                            "nodes",
                            "deliveries/s",
                            "slowest node/s",
                            "loss %",
                            "sender CPU µs/delivery",
                            "receiver CPU µs/delivery");

    private static final int SENDER = 1;
    private static final Duration REACHABLE = Duration.ofSeconds(30);
    private static final int WARM_UP_MILLIS = 2000;
    private static final int MEASURED_MILLIS = 3000;
    private static final int SETTLE_MILLIS = 500;

    /** A node that receives, in this process. */
    private record Receiver(BenchNode node, NodeCommands commands) {}

    static Broadcast measure(int nodes, int size) throws Exception {
        List<Receiver> receivers = new ArrayList<>();
        try (CProcess sender =
                CProcess.start(
                        NodeMain.class.getName(),
                        System.getProperty("java.class.path"),
                        List.of(NodeLibrary.KNET4J.name(), String.valueOf(SENDER)),
                        List.of())) {
            InetSocketAddress from = FreePorts.loopback4();
            for (int id = SENDER + 1; id <= nodes; id++) {
                InetSocketAddress to = FreePorts.loopback4();
                sender.addLink(id, CLinkConfig.fast(0, from, to));
                receivers.add(receiver(id, to, from));
            }
            sender.command("start");
            for (int id = SENDER + 1; id <= nodes; id++) {
                sender.awaitReachable(id, true, REACHABLE);
            }
            run(sender, receivers, size, WARM_UP_MILLIS);
            return run(sender, receivers, size, MEASURED_MILLIS);
        } finally {
            receivers.forEach(receiver -> receiver.node().close());
        }
    }

    private static Receiver receiver(int id, InetSocketAddress local, InetSocketAddress remote) {
        Inbox inbox = new Inbox();
        BenchNode node = NodeLibrary.KNET4J.open(id, inbox);
        CLinkConfig link = CLinkConfig.fast(0, local, remote);
        node.addLink(
                SENDER,
                0,
                local,
                remote,
                new BenchNode.Pings(
                        Duration.ofMillis(link.pingIntervalMillis()),
                        Duration.ofMillis(link.pingTimeoutMillis()),
                        link.pongCount()));
        node.start();
        return new Receiver(node, new NodeCommands(node, inbox));
    }

    private static Broadcast run(CProcess sender, List<Receiver> receivers, int size, int millis)
            throws InterruptedException, UnknownHostException {
        for (Receiver receiver : receivers) {
            receiver.commands().execute("count");
        }
        long receiversBefore = NodeCommands.cpu();
        long senderBefore = Long.parseLong(sender.command("cpu"));
        long sent = Long.parseLong(sender.command("pump", size, millis, 0));
        Thread.sleep(SETTLE_MILLIS);
        long senderCpu = Long.parseLong(sender.command("cpu")) - senderBefore;
        long receiversCpu = NodeCommands.cpu() - receiversBefore;
        double deliveries = 0;
        double rate = 0;
        double slowest = Double.MAX_VALUE;
        for (Receiver receiver : receivers) {
            Counted counted = Counted.parse(receiver.commands().execute("counted"));
            deliveries += counted.messages();
            rate += counted.messagesPerSecond();
            slowest = Math.min(slowest, counted.messagesPerSecond());
        }
        return new Broadcast(
                receivers.size() + 1,
                rate,
                slowest,
                1 - deliveries / sent / receivers.size(),
                senderCpu / 1e3 / deliveries,
                receiversCpu / 1e3 / deliveries);
    }

    String row() {
        return String.format(
                Locale.ROOT,
                "%6d %14.0f %16.0f %8.2f %22.2f %24.2f",
                nodes,
                deliveriesPerSecond,
                slowest,
                loss * 100,
                senderMicrosPerDelivery,
                receiverMicrosPerDelivery);
    }
}
