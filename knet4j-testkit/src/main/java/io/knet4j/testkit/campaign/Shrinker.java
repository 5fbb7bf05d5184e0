package io.knet4j.testkit.campaign;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Makes the plan of a failed run smaller as long as runs fail in the same way: fewer hosts, links
 * and steps (delta debugging), shorter talks, no crypto and compression.
 */
final class Shrinker {
    private static final int MOST_RUNS = 2000;

    private final Function<Plan, Outcome> runner;
    private Outcome best;
    private int runs;

    private Shrinker(Function<Plan, Outcome> runner, Outcome failed) {
        this.runner = runner;
        best = failed;
    }

    /** Returns the failure of the smallest plan that was found. */
    static Outcome shrink(Function<Plan, Outcome> runner, Outcome failed) {
        Shrinker shrinker = new Shrinker(runner, failed);
        int before;
        do {
            before = shrinker.size();
            shrinker.smallerCluster();
            shrinker.fewerSteps();
            shrinker.smallerSteps();
        } while (shrinker.size() < before && shrinker.runs < MOST_RUNS);
        return shrinker.best;
    }

    private int size() {
        Setup setup = best.plan().setup();
        int size = setup.hosts() + setup.links();
        for (TimedStep step : best.plan().steps()) {
            size += step.step() instanceof Step.Talk talk ? 1 + talk.messages() : 1;
        }
        return size;
    }

    private boolean stillFails(Plan plan) {
        if (runs >= MOST_RUNS || plan.equals(best.plan())) {
            return false;
        }
        runs++;
        Outcome outcome = runner.apply(plan);
        if (outcome.failure() == null || !outcome.kind().equals(best.kind())) {
            return false;
        }
        best = outcome;
        return true;
    }

    private void fewerSteps() {
        int chunk = Math.max(1, best.plan().steps().size() / 2);
        while (true) {
            boolean smaller = false;
            for (int start = 0; start < best.plan().steps().size(); ) {
                List<TimedStep> steps = new ArrayList<>(best.plan().steps());
                steps.subList(start, Math.min(start + chunk, steps.size())).clear();
                if (stillFails(best.plan().with(steps))) {
                    smaller = true;
                } else {
                    start += chunk;
                }
            }
            if (chunk == 1 && !smaller) {
                return;
            }
            chunk = Math.max(1, chunk / 2);
        }
    }

    private void smallerCluster() {
        while (best.plan().setup().hosts() > 2 && stillFails(withFewerHosts())) {}
        while (best.plan().setup().links() > 1
                && stillFails(
                        best.plan()
                                .with(
                                        best.plan()
                                                .setup()
                                                .withLinks(best.plan().setup().links() - 1)))) {}
        stillFails(best.plan().with(best.plan().setup().withoutCompression()));
        stillFails(best.plan().with(best.plan().setup().withoutCrypto()));
        stillFails(best.plan().with(best.plan().setup().withoutFlapControl()));
    }

    private Plan withFewerHosts() {
        Setup setup = best.plan().setup();
        return best.plan().with(setup.withHosts(setup.hosts() - 1));
    }

    private void smallerSteps() {
        for (int i = 0; i < best.plan().steps().size(); i++) {
            TimedStep timed = best.plan().steps().get(i);
            if (timed.step() instanceof Step.Talk talk) {
                shrinkTalk(i, timed.millis(), talk);
            }
        }
    }

    private void shrinkTalk(int index, int millis, Step.Talk talk) {
        Step.Talk now = talk;
        while (now.messages() > 1) {
            Step.Talk fewer =
                    new Step.Talk(
                            now.from(),
                            now.to(),
                            now.messages() / 2,
                            now.length(),
                            now.gapMicros());
            List<TimedStep> steps = new ArrayList<>(best.plan().steps());
            steps.set(index, new TimedStep(millis, fewer));
            if (!stillFails(best.plan().with(steps))) {
                return;
            }
            now = fewer;
        }
    }
}
