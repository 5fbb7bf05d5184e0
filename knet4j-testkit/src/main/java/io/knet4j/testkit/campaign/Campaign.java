package io.knet4j.testkit.campaign;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Many simulations, each of another cluster to which other things happen. Run number {@code n} of a
 * campaign with seed {@code s} is the one with seed {@code s + n}: always the same, whatever the
 * number of threads, and whichever campaign it is part of.
 */
public final class Campaign {
    private static final long PROGRESS_NANOS = 5_000_000_000L;

    private final long seed;
    private final int threads;
    private final boolean keepGoing;
    private final Consumer<Progress> progress;
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong end;
    private final Counts counts = new Counts();
    private final TreeMap<Long, Outcome> failed = new TreeMap<>();
    private final long started = System.nanoTime();
    private long done;
    private long told = started;
    private volatile @Nullable Throwable died;

    /**
     * How far a campaign is.
     *
     * @param runs runs that have ended
     * @param failed those that failed
     * @param seconds since it began
     */
    public record Progress(long runs, int failed, double seconds) {}

    private Campaign(
            long seed, long runs, int threads, boolean keepGoing, Consumer<Progress> progress) {
        this.seed = seed;
        this.threads = threads;
        this.keepGoing = keepGoing;
        this.progress = progress;
        end = new AtomicLong(runs);
    }

    /**
     * Runs a campaign, and shrinks the schedule of the first run that fails.
     *
     * @param seed of the first run
     * @param runs how many, at least 1
     * @param threads how many at a time, at least 1
     * @param keepGoing whether to go on after a failure
     * @param progress told every five seconds, in any thread, one at a time
     * @return what was done and found
     * @throws InterruptedException when the calling thread was interrupted
     */
    public static CampaignReport run(
            long seed, long runs, int threads, boolean keepGoing, Consumer<Progress> progress)
            throws InterruptedException {
        return new Campaign(seed, runs, threads, keepGoing, progress).run();
    }

    private CampaignReport run() throws InterruptedException {
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            workers.add(Thread.ofPlatform().daemon().name("simulate-" + i).start(this::work));
        }
        try {
            for (Thread worker : workers) {
                worker.join();
            }
        } finally {
            end.set(0); // for those that go on after an interrupt
        }
        if (died != null) {
            throw new IllegalStateException("the campaign itself failed", died);
        }
        double seconds = (System.nanoTime() - started) / 1e9;
        Outcome shrunk = failed.isEmpty() ? null : shrunk(failed.values().iterator().next());
        return CampaignReport.of(done, seconds, counts, List.copyOf(failed.values()), shrunk);
    }

    private void work() {
        try {
            while (true) {
                long run = next.getAndIncrement();
                if (run >= end.get()) {
                    return;
                }
                ended(run, Run.of(PlanGenerator.plan(seed + run)));
            }
        } catch (Throwable e) { // else the campaign would be clean without having run
            died = e;
            end.set(0);
        }
    }

    private synchronized void ended(long run, Outcome outcome) {
        done++;
        counts.add(outcome.counts());
        if (outcome.failure() != null) {
            failed.put(run, outcome);
            if (!keepGoing) {
                end.accumulateAndGet(run, Math::min);
            }
        }
        long now = System.nanoTime();
        if (now - told >= PROGRESS_NANOS) {
            told = now;
            progress.accept(new Progress(done, failed.size(), (now - started) / 1e9));
        }
    }

    private static @Nullable Outcome shrunk(Outcome first) {
        return Shrinker.shrink(Run::of, first);
    }
}
