package io.knet4j.bench.soak;

import static io.knet4j.bench.Lines.line;

import io.knet4j.bench.Arrivals;
import io.knet4j.bench.Footprint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Cuts links while messages flow, and watches what comes of it. */
final class SoakRun {
    private static final long CUT = Duration.ofSeconds(3).toNanos();

    /** Until then a cut must have been noticed, and messages take the other link. */
    private static final long NOTICED = Duration.ofSeconds(2).toNanos();

    /** Of the messages that were sent: the relay and the time until a cut is noticed cost some. */
    private static final double LEAST_ARRIVED = 0.7;

    private static final long LINE = Duration.ofSeconds(60).toNanos();

    /** The share of the run after which nothing should grow any more: then all is compiled. */
    private static final double WARM = 0.2;

    private static final long HEAP_NOISE = 4 << 20;
    private static final long DIRECT_NOISE = 1 << 20;
    private static final long RESIDENT_NOISE = 48 << 20;
    private static final int THREAD_NOISE = 1; // those of the JVM come and go
    private static final int MEGA = 1 << 20;

    private final SoakPair pair;
    private final long cutEvery;
    private final Consumer<String> out;
    private final List<String> faults = new ArrayList<>();
    private int cuts;

    /**
     * @param pair which sends already
     * @param cutEvery time from cut to cut
     * @param out takes lines of text
     */
    SoakRun(SoakPair pair, Duration cutEvery, Consumer<String> out) {
        this.pair = pair;
        this.cutEvery = cutEvery.toNanos();
        this.out = out;
    }

    /** Returns whether all was well, and tells what was not. */
    boolean run(Duration time) throws InterruptedException {
        long start = System.nanoTime();
        long end = start + time.toNanos();
        long nextLine = start + LINE;
        Footprint warm = null;
        out.accept(
                "     s    arrived, C      at Java  damaged  doubled  downs  heap MiB  direct  resident");
        while (System.nanoTime() + cutEvery - end < 0) {
            int link = cuts % pair.links();
            long next = start + ++cuts * cutEvery;
            sleepUntil(next - CUT);
            pair.cut(link);
            sleepUntil(next - CUT + NOTICED);
            Arrivals.Counts atC = pair.atC.counts();
            Arrivals.Counts atJava = pair.atJava.counts();
            sleepUntil(next);
            checkFlow(atC, atJava);
            pair.heal(link);
            long now = System.nanoTime();
            if (warm == null && now - start > WARM * time.toNanos()) {
                warm = Footprint.now();
            }
            if (now - nextLine >= 0) {
                nextLine += LINE;
                out.accept(row(now - start, Footprint.now()));
            }
        }
        sleepUntil(end);
        pair.stop();
        Thread.sleep(Duration.ofSeconds(1)); // what is still under way
        Footprint last = Footprint.now();
        out.accept(row(System.nanoTime() - start, last));
        check("at C", pair.atC.counts(), pair.sentByJava());
        check("at Java", pair.atJava.counts(), pair.sentByC());
        if (pair.downs() < cuts) {
            faults.add("of " + cuts + " cuts, " + pair.downs() + " were noticed");
        }
        if (warm != null) {
            checkGrowth(warm, last);
        }
        out.accept(
                line(
                        "sent %,d to C and %,d to Java, arrived %,d and %,d",
                        pair.sentByJava(),
                        pair.sentByC(),
                        pair.atC.counts().messages(),
                        pair.atJava.counts().messages()));
        faults.forEach(fault -> out.accept("FAULT: " + fault));
        return faults.isEmpty();
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
        Thread.sleep(Duration.ofNanos(Math.max(0, nanos - System.nanoTime())));
    }

    /** Messages take the link that is left. */
    private void checkFlow(Arrivals.Counts atC, Arrivals.Counts atJava) {
        if (pair.atC.counts().messages() == atC.messages()) {
            faults.add("nothing came to C during cut " + cuts);
        }
        if (pair.atJava.counts().messages() == atJava.messages()) {
            faults.add("nothing came to Java during cut " + cuts);
        }
    }

    private void check(String where, Arrivals.Counts counts, long sent) {
        if (counts.damaged() > 0) {
            faults.add(counts.damaged() + " messages were damaged " + where);
        }
        if (counts.doubled() > 0) {
            faults.add(counts.doubled() + " messages came twice " + where);
        }
        if (counts.messages() < LEAST_ARRIVED * sent) {
            faults.add(line("of %,d messages, %,d arrived %s", sent, counts.messages(), where));
        }
    }

    private void checkGrowth(Footprint warm, Footprint last) {
        checkGrowth("heap, bytes", last.heap() - warm.heap(), HEAP_NOISE);
        checkGrowth("direct buffers, bytes", last.direct() - warm.direct(), DIRECT_NOISE);
        checkGrowth("resident, bytes", last.resident() - warm.resident(), RESIDENT_NOISE);
        checkGrowth("threads", last.threads() - warm.threads(), THREAD_NOISE);
        checkGrowth("descriptors", last.descriptors() - warm.descriptors(), 0);
    }

    private void checkGrowth(String what, long growth, long noise) {
        if (growth > noise) {
            faults.add(what + ": grew by " + growth);
        }
    }

    private String row(long nanos, Footprint footprint) {
        Arrivals.Counts atC = pair.atC.counts();
        Arrivals.Counts atJava = pair.atJava.counts();
        return line(
                "%6d %,12d %,12d %8d %8d %6d %9.1f %7.1f %9.1f",
                Duration.ofNanos(nanos).toSeconds(),
                atC.messages(),
                atJava.messages(),
                atC.damaged() + atJava.damaged(),
                atC.doubled() + atJava.doubled(),
                pair.downs(),
                (double) footprint.heap() / MEGA,
                (double) footprint.direct() / MEGA,
                (double) footprint.resident() / MEGA);
    }
}
