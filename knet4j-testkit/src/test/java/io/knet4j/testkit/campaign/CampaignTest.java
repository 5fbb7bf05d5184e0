package io.knet4j.testkit.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.testkit.SimCluster;
import io.knet4j.testkit.SimNetwork;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Small clusters to which anything may happen, each determined by its seed. {@code -Dknet4j.runs=n}
 * sets how many, {@code -Dknet4j.seed=n} runs one. {@code ./knet simulate} does the same.
 */
class CampaignTest {
    private static final long FIRST_SEED = 1;
    private static final Long SINGLE = Long.getLong(SimNetwork.SEED_PROPERTY);

    @Test
    void promisesHoldWhateverHappens() throws Exception {
        int runs = Integer.getInteger("knet4j.runs", 50);
        requireClean(campaign(runs), runs);
    }

    @Test
    @Tag("slow")
    @Tag("campaign")
    void promisesHoldForLong() throws Exception {
        int runs =
                Integer.getInteger(
                        "knet4j.campaign.runs", Integer.getInteger("knet4j.runs", 20_000));
        CampaignReport report = campaign(runs);
        report.lines().forEach(System.out::println); // whoever asks for it wants to see the figures
        requireClean(report, runs);
    }

    private static CampaignReport campaign(int runs) throws InterruptedException {
        return SINGLE == null
                ? Campaign.run(FIRST_SEED, runs, 2, false, _ -> {})
                : Campaign.run(SINGLE, 1, 1, false, _ -> {});
    }

    private static void requireClean(CampaignReport report, long expected) {
        assertThat(report.isClean()).as(() -> String.join("\n", report.lines())).isTrue();
        assertThat(report.runs()).isEqualTo(SINGLE == null ? expected : 1);
        assertThat(report.checks().values()).allSatisfy(times -> assertThat(times).isPositive());
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        for (long seed = 1; seed <= 3; seed++) {
            Plan plan = PlanGenerator.plan(seed);
            assertThat(PlanGenerator.plan(seed)).isEqualTo(plan);
            Counts first = Run.of(plan).counts();
            Counts second = Run.of(plan).counts();
            assertThat(second.datagrams()).as("seed %d", seed).isEqualTo(first.datagrams());
            assertThat(second.virtualNanos()).isEqualTo(first.virtualNanos());
            assertThat(second.checks()).isEqualTo(first.checks());
            assertThat(second.faults()).isEqualTo(first.faults());
        }
    }

    @Test
    void plansHaveFaultsOfEveryKindAndClustersOfEverySize() {
        Set<Fault> faults = EnumSet.noneOf(Fault.class);
        int mostHosts = 0;
        int mostLinks = 0;
        for (long seed = 1; seed <= 5000; seed++) {
            Plan plan = PlanGenerator.plan(seed);
            plan.steps().forEach(step -> step.step().fault().ifPresent(faults::add));
            mostHosts = Math.max(mostHosts, plan.setup().hosts());
            mostLinks = Math.max(mostLinks, plan.setup().links());
            assertThat(plan.steps())
                    .as("seed %d", seed)
                    .isSortedAccordingTo(Comparator.comparingInt(TimedStep::millis))
                    .allMatch(step -> step.step().fits(plan.setup().hosts(), plan.setup().links()));
        }
        assertThat(faults).containsExactlyInAnyOrder(Fault.values());
        assertThat(mostHosts).isEqualTo(16);
        assertThat(mostLinks).isEqualTo(8);
    }

    @Test
    void aFailureIsShrunkToWhatItNeeds() {
        Plan plan = failing();
        Outcome failed = fake(plan);
        Outcome shrunk = Shrinker.shrink(CampaignTest::fake, failed);
        Setup setup = shrunk.plan().setup();
        assertThat(setup.hosts()).isEqualTo(2);
        assertThat(setup.links()).isEqualTo(1);
        assertThat(setup.encrypted()).isFalse();
        assertThat(shrunk.plan().steps())
                .extracting(TimedStep::step)
                .satisfiesExactlyInAnyOrder(
                        step -> assertThat(step).isInstanceOf(Step.Restart.class),
                        step ->
                                assertThat(step)
                                        .isInstanceOfSatisfying(
                                                Step.Talk.class,
                                                talk -> assertThat(talk.messages()).isOne()));
        assertThat(shrunk.failure()).isEqualTo("broken 2 times");
    }

    @Test
    void aRunThatFailsIsCountedToo() {
        Setup good = PlanGenerator.plan(1).setup();
        Step.Narrow impossible = new Step.Narrow(1, 2, good.links(), 100, false);
        Outcome outcome = Run.of(new Plan(1, good, List.of(new TimedStep(0, impossible))));
        assertThat(outcome.failure()).isNotNull();
        assertThat(outcome.counts().datagrams()).isPositive();
        assertThat(outcome.counts().virtualNanos()).isPositive();
        assertThat(outcome.counts().checks()).containsKey("messages");
    }

    @Test
    void whatANodeLostIsToldInAFewWords() {
        try (SimNetwork network = SimNetwork.create(1)) {
            SimCluster cluster = SimCluster.builder(network).nodes(2).links(1).build();
            cluster.awaitConnected(Duration.ofSeconds(10));
            network.inject(SimCluster.address(1, 0), SimCluster.address(2, 0), new byte[] {1});
            network.advance(Duration.ofMillis(100));
            assertThat(Failures.losses(cluster.node(2)))
                    .isEqualTo("node 2 dropped too-short 1 and failed to send nothing");
        }
    }

    /** A plan with more than a restart and a talk. */
    private static Plan failing() {
        for (long seed = 1; ; seed++) {
            Plan plan = PlanGenerator.plan(seed);
            if (plan.setup().hosts() > 3
                    && plan.setup().links() > 1
                    && plan.setup().encrypted()
                    && fake(plan).failure() != null) {
                return plan;
            }
        }
    }

    /** As if every restart of hosts 1 and 2 together with a talk broke something. */
    private static Outcome fake(Plan plan) {
        List<Step> steps = plan.steps().stream().map(TimedStep::step).toList();
        boolean fails =
                steps.stream().anyMatch(Step.Talk.class::isInstance)
                        && steps.stream()
                                .anyMatch(step ->
                                        step instanceof Step.Restart restart
                                                && restart.host() <= 2);
        return new Outcome(plan, new Counts(), fails ? "broken " + steps.size() + " times" : null);
    }
}
