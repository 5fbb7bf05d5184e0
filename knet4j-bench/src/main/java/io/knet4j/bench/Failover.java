package io.knet4j.bench;

import io.knet4j.Channel;
import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.testkit.relay.FreePorts;
import io.knet4j.testkit.relay.Relay;
import io.knet4j.testkit.relay.RelayLink;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long a cut link goes unnoticed, and what it costs. */
@Command(
        name = "failover",
        description =
                "Cuts one of two links again and again under traffic, and measures detection and loss.",
        mixinStandardHelpOptions = true)
final class Failover implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @Option(names = "--cuts", description = "Cuts per policy. Default: ${DEFAULT-VALUE}.")
    private int cuts = 50;

    @Option(names = "--interval", description = "Ping interval in ms. Default: ${DEFAULT-VALUE}.")
    private int interval = 10;

    @Option(names = "--timeout", description = "Ping timeout in ms. Default: ${DEFAULT-VALUE}.")
    private int timeout = 50;

    @Override
    public Integer call() throws Exception {
        System.out.printf(
                Locale.ROOT,
                "ping interval %d ms, timeout %d ms, %d cuts, one message per ms%n%-12s %28s %10s %10s %8s %22s%n",
                interval,
                timeout,
                cuts,
                "policy",
                "detected ms p50/p99/max",
                "sent",
                "lost",
                "doubled",
                "sent cut..detection");
        for (LinkPolicy policy : LinkPolicy.values()) {
            measure(policy);
        }
        return 0;
    }

    private void measure(LinkPolicy policy) throws Exception {
        try (Relay relay = Relay.open(1);
                Knet a = Knet.builder(1).open();
                Knet b = Knet.builder(2).open()) {
            Host toB = a.addHost(2);
            Host toA = b.addHost(1);
            toB.setPolicy(policy);
            toA.setPolicy(policy);
            RelayLink[] links = new RelayLink[2];
            for (int i = 0; i < links.length; i++) {
                InetSocketAddress atA = FreePorts.loopback4();
                InetSocketAddress atB = FreePorts.loopback4();
                links[i] = relay.link(atA, atB);
                toB.addLink(i, link(atA, links[i].addressForA()));
                toA.addLink(i, link(atB, links[i].addressForB()));
            }
            SynchronousQueue<Long> downs = new SynchronousQueue<>();
            a.onEvent(event -> {
                if (event instanceof KnetEvent.LinkDown) {
                    boolean _ = downs.offer(System.nanoTime());
                }
            });
            a.startForwarding();
            b.startForwarding();
            Arrivals received = new Arrivals();
            b.channel(0).onMessage(message -> received.add(message.payload().getInt()));
            awaitUp(toA, toB);

            AtomicInteger sent = new AtomicInteger();
            AtomicBoolean stop = new AtomicBoolean();
            Channel channel = a.channel(0);
            Thread traffic = Thread.ofPlatform().start(() -> send(channel, sent, stop));
            double[] detected = new double[cuts];
            long exposed = 0;
            for (int i = 0; i < cuts; i++) {
                int sentBefore = sent.get();
                long cutAt = System.nanoTime();
                links[0].cut();
                Long downAt = downs.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
                if (downAt == null) {
                    throw new IllegalStateException("cut " + i + " was not noticed");
                }
                exposed += sent.get() - sentBefore;
                detected[i] = (downAt - cutAt) / 1e6;
                links[0].heal();
                awaitUp(toA, toB);
            }
            stop.set(true);
            traffic.join();
            Thread.sleep(200); // what is still under way
            Arrays.sort(detected);
            System.out.printf(
                    Locale.ROOT,
                    "%-12s %28s %10d %10d %8d %22d%n",
                    policy.name().toLowerCase(Locale.ROOT),
                    String.format(
                            Locale.ROOT,
                            "%.1f / %.1f / %.1f",
                            detected[cuts / 2],
                            detected[(int) Math.ceil(cuts * 0.99) - 1],
                            detected[cuts - 1]),
                    sent.get(),
                    sent.get() - received.counts().messages(),
                    received.counts().doubled(),
                    exposed);
        }
    }

    private LinkConfig link(InetSocketAddress local, InetSocketAddress remote) {
        return LinkConfig.udp(local, remote)
                .withPing(Duration.ofMillis(interval), Duration.ofMillis(timeout))
                .withPongCount(2);
    }

    private static boolean bothUp(Host host) {
        return host.links().stream().allMatch(link -> link.status().connected());
    }

    private static void awaitUp(Host toA, Host toB) throws InterruptedException {
        Waiting.until(() -> bothUp(toB) && bothUp(toA), LIMIT, "the links do not come up");
    }

    private static void send(Channel channel, AtomicInteger sent, AtomicBoolean stop) {
        ByteBuffer message = ByteBuffer.allocate(200);
        while (!stop.get()) {
            message.putInt(0, sent.get());
            channel.send(message, Destination.host(2));
            sent.incrementAndGet();
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
