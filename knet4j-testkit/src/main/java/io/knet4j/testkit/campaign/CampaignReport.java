package io.knet4j.testkit.campaign;

import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a campaign did and found.
 *
 * @param runs runs that have ended
 * @param seconds how long they took, without shrinking
 * @param simulatedSeconds how much time passed in all of them together
 * @param messages messages sent
 * @param datagrams datagrams sent
 * @param lostDatagrams datagrams that the network lost
 * @param faults how often was done what, by kind
 * @param checks how often was looked at what
 * @param formerLifeCopies messages of a host's earlier life that were delivered again after its
 *     restart was noticed: nothing on the wire tells the lives apart
 * @param mistakenRestartCopies messages that were delivered again after pings which were overtaken
 *     on their own link had looked like a restart
 * @param rejoinCopies messages that were delivered again after the receiver had removed the host
 *     and added it anew
 * @param damagedMessages damaged messages in runs that change bits of clear packets, which nothing
 *     protects
 * @param failedSeeds seeds of the runs that failed, in their order
 * @param first the first of them
 */
public record CampaignReport(
        long runs,
        double seconds,
        double simulatedSeconds,
        long messages,
        long datagrams,
        long lostDatagrams,
        SortedMap<String, Long> faults,
        SortedMap<String, Long> checks,
        long formerLifeCopies,
        long mistakenRestartCopies,
        long rejoinCopies,
        long damagedMessages,
        List<Long> failedSeeds,
        @Nullable Failure first) {

    /**
     * A run that failed, and how little of it is enough to fail in the same way.
     *
     * @param seed of the run
     * @param what was wrong
     * @param stepsBefore number of steps in its schedule
     * @param cluster the smallest cluster that was found
     * @param schedule the smallest schedule that was found
     * @param plan both in Java, to be put into a test
     * @param whatThen what is wrong with that
     */
    public record Failure(
            long seed,
            String what,
            int stepsBefore,
            String cluster,
            List<String> schedule,
            String plan,
            String whatThen) {

        private static Failure of(Outcome failed, Outcome shrunk) {
            return new Failure(
                    failed.plan().seed(),
                    Objects.requireNonNullElse(failed.failure(), ""),
                    failed.plan().steps().size(),
                    shrunk.plan().setup().toString(),
                    shrunk.plan().steps().stream().map(TimedStep::toString).toList(),
                    PlanSource.of(shrunk.plan()),
                    Objects.requireNonNullElse(shrunk.failure(), ""));
        }
    }

    static CampaignReport of(
            long runs,
            double seconds,
            Counts counts,
            List<Outcome> failed,
            @Nullable Outcome shrunk) {
        return new CampaignReport(
                runs,
                seconds,
                counts.virtualNanos() / 1e9,
                counts.messages(),
                counts.datagrams(),
                counts.lost(),
                counts.faults(),
                counts.checks(),
                counts.formerLifeCopies(),
                counts.mistakenRestartCopies(),
                counts.rejoinCopies(),
                counts.damaged(),
                failed.stream().map(outcome -> outcome.plan().seed()).toList(),
                shrunk == null ? null : Failure.of(failed.getFirst(), shrunk));
    }

    /**
     * For people.
     *
     * @return lines about all of it, of which the last say whether something was found
     */
    public List<String> lines() {
        return CampaignText.lines(this);
    }

    /**
     * Whether no run failed.
     *
     * @return true when nothing was found
     */
    public boolean isClean() {
        return failedSeeds.isEmpty();
    }
}
