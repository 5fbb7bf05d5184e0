package io.knet4j.bench.compare;

import io.knet4j.bench.node.Counted;
import io.knet4j.bench.node.NodeLibrary;
import io.knet4j.bench.node.NodeMain;
import io.knet4j.bench.node.RoundTripTimes;
import io.knet4j.interop.CLinkConfig;
import io.knet4j.interop.CProcess;
import io.knet4j.testkit.relay.FreePorts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;

/** Two nodes, each in a process of its own, joined by one link over loopback. */
final class Pair implements AutoCloseable {
    private static final Duration REACHABLE = Duration.ofSeconds(20);
    private static final int KEY_BYTES = 128;
    private static final Duration SETTLE_STEP = Duration.ofMillis(50);
    private static final int SETTLE_STEPS = 4;
    private static final int RELIABLE_SETTLE_STEPS = 100;
    // A new JVM compiles while the first messages flow.
    private static final int FIRST_WARM_UP = 4;
    // Fractions of what the receiver took of a flood.
    private static final double[] PACES = {0.95, 0.85, 0.7, 0.5};

    private final CProcess sender;
    private final CProcess receiver;
    private final int settleSteps;
    private boolean warm;

    /** A library cannot do what a kind asks for. */
    static final class UnsupportedKindException extends Exception {
        private static final long serialVersionUID = 1L;

        UnsupportedKindException(String message) {
            super(message);
        }
    }

    private Pair(CProcess sender, CProcess receiver, int settleSteps) {
        this.sender = sender;
        this.receiver = receiver;
        this.settleSteps = settleSteps;
    }

    static Pair start(Contender contender, Kind kind)
            throws IOException, InterruptedException, TimeoutException, UnsupportedKindException {
        CProcess sender = node(contender.sender(), 1);
        try {
            Pair pair =
                    new Pair(
                            sender,
                            node(contender.receiver(), 2),
                            contender.reliable() ? RELIABLE_SETTLE_STEPS : SETTLE_STEPS);
            try {
                pair.join(contender, kind);
                return pair;
            } catch (Throwable t) {
                pair.receiver.close();
                throw t;
            }
        } catch (Throwable t) {
            sender.close();
            throw t;
        }
    }

    private static CProcess node(NodeLibrary library, int id) throws IOException {
        return CProcess.start(
                NodeMain.class.getName(),
                System.getProperty("java.class.path"),
                List.of(library.name(), String.valueOf(id)),
                library.jvmOptions());
    }

    private void join(Contender contender, Kind kind)
            throws InterruptedException, TimeoutException, UnsupportedKindException {
        InetSocketAddress a = FreePorts.loopback4();
        InetSocketAddress b = FreePorts.loopback4();
        try {
            prepare(kind);
        } catch (IllegalStateException e) {
            String message = String.valueOf(e.getMessage());
            int reason = message.indexOf(NodeMain.UNSUPPORTED);
            if (reason < 0) {
                throw e;
            }
            throw new UnsupportedKindException(
                    contender + ": " + message.substring(reason + NodeMain.UNSUPPORTED.length()));
        }
        sender.addLink(2, CLinkConfig.fast(0, a, b));
        receiver.addLink(1, CLinkConfig.fast(0, b, a));
        sender.command("start");
        receiver.command("start");
        sender.awaitReachable(2, true, REACHABLE);
        receiver.awaitReachable(1, true, REACHABLE);
    }

    private void prepare(Kind kind) {
        switch (kind) {
            case Kind.Plain _ -> {}
            case Kind.Protected suite -> {
                byte[] key = new byte[KEY_BYTES];
                new Random().nextBytes(key);
                String hex = HexFormat.of().formatHex(key);
                for (CProcess node : List.of(sender, receiver)) {
                    node.command("protect", suite.cipher(), suite.hash(), hex);
                }
            }
            case Kind.Compressed compressed -> {
                for (CProcess node : List.of(sender, receiver)) {
                    node.command("compress", compressed.method(), compressed.level());
                }
            }
        }
    }

    /**
     * Sends as fast as the library lets us, and measures at the receiver. When that loses messages,
     * looks for a pace that does not.
     */
    Throughput throughput(int size, Duration warmUp, Duration measured)
            throws InterruptedException {
        run(size, warm ? warmUp : warmUp.multipliedBy(FIRST_WARM_UP), 0);
        warm = true;
        Throughput flood = run(size, measured, 0);
        if (flood.clean()) {
            return flood;
        }
        for (double pace : PACES) {
            Throughput paced =
                    run(size, measured.dividedBy(2), Math.max(1, Math.round(flood.rate() * pace)));
            if (paced.clean()) {
                return flood.withCleanRate(OptionalDouble.of(paced.rate()));
            }
        }
        return flood;
    }

    private Throughput run(int size, Duration duration, long pace) throws InterruptedException {
        receiver.command("count");
        long cpuBefore = cpu();
        long sent = Long.parseLong(sender.command("pump", size, duration.toMillis(), pace));
        Counted counted = settled(sent);
        long cpu = cpu() - cpuBefore;
        double rate = counted.messagesPerSecond();
        return new Throughput(
                rate,
                rate * size / 1e6,
                (double) (sent - counted.messages()) / sent,
                cpu / 1e3 / Math.max(1, counted.messages()),
                OptionalDouble.empty());
    }

    /** Waits until all have arrived, or for 200 ms none does any more; for 5 s if they should. */
    private Counted settled(long sent) throws InterruptedException {
        Counted last = Counted.parse(receiver.command("counted"));
        int unchanged = 0;
        while (last.messages() < sent && unchanged < settleSteps) {
            Thread.sleep(SETTLE_STEP);
            Counted now = Counted.parse(receiver.command("counted"));
            unchanged = now.messages() == last.messages() ? unchanged + 1 : 0;
            last = now;
        }
        return last;
    }

    private long cpu() {
        return Long.parseLong(sender.command("cpu")) + Long.parseLong(receiver.command("cpu"));
    }

    /** Sends one message to and fro. */
    RoundTripTimes roundTrips(int size, int warmUp, int trips) {
        receiver.command("echo", size);
        RoundTripTimes times = RoundTripTimes.parse(sender.command("trips", size, warmUp, trips));
        receiver.command("count");
        return times;
    }

    @Override
    public void close() {
        closeAll(List.of(this));
    }

    /** Closes pairs at the same time: the C library takes a second to stop its threads. */
    static void closeAll(Collection<Pair> pairs) {
        try (ExecutorService closing = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Pair pair : pairs) {
                closing.execute(pair.sender::close);
                closing.execute(pair.receiver::close);
            }
        }
    }
}
