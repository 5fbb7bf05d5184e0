package io.knet4j.testkit.campaign;

import io.knet4j.testkit.campaign.Setup.Promise;
import java.util.Optional;
import java.util.SplittableRandom;

/** Chooses what is done to a cluster in the end. Mostly nothing, since it takes long. */
final class TrialGenerator {
    private static final int MOST_ENDS_OF_LONG_TRIALS = 9;
    private static final int LARGEST_STEP_OF_MTU = 2000;

    private final Setup setup;
    private final SplittableRandom random;

    private TrialGenerator(Setup setup, SplittableRandom random) {
        this.setup = setup;
        this.random = random;
    }

    static Optional<Step> trial(Setup setup, SplittableRandom random) {
        return new TrialGenerator(setup, random).trial();
    }

    private Optional<Step> trial() {
        int host = 1 + random.nextInt(setup.hosts());
        int other = 1 + random.nextInt(setup.hosts() - 1);
        other += other >= host ? 1 : 0;
        boolean ordered = setup.promise() == Promise.ORDER;
        int chance = random.nextInt(400);
        if (chance < 4) {
            return narrow(host, other);
        }
        if (chance < 16) {
            return when(setup.hosts() > 2, new Step.Isolate(host));
        }
        if (chance < 20) {
            return Optional.of(new Step.Stutter(host, other));
        }
        if (chance < 22) {
            boolean small = setup.hosts() == 3 && setup.links() <= 3;
            return when(small, new Step.Outrun(host, other, 6 - host - other));
        }
        if (chance < 34) {
            return when(!ordered, new Step.Scatter(host, other));
        }
        if (chance < 36) {
            return when(!ordered, new Step.Straggle(host, other, 2100 + random.nextInt(1990)));
        }
        if (chance < 37) {
            return when(!ordered, new Step.Straggle(host, other, 8300 + random.nextInt(1000)));
        }
        if (chance < 47) {
            int most = random.nextInt(4) == 0 ? 6000 : 300;
            return Optional.of(new Step.Reborn(host, random.nextInt(most)));
        }
        if (chance < 57) {
            int link = random.nextInt(setup.links());
            return when(!ordered, new Step.Slow(host, other, link));
        }
        return Optional.empty();
    }

    private static Optional<Step> when(boolean fits, Step step) {
        return fits ? Optional.of(step) : Optional.empty();
    }

    private Optional<Step> narrow(int from, int to) {
        int room = setup.payload() - PlanGenerator.SMALLEST_MTU;
        if (room < PlanGenerator.SMALLEST_MTU
                || setup.hosts() * setup.links() > MOST_ENDS_OF_LONG_TRIALS) {
            return Optional.empty();
        }
        int link = random.nextInt(setup.links());
        int bytes =
                PlanGenerator.SMALLEST_MTU + random.nextInt(Math.min(room, LARGEST_STEP_OF_MTU));
        return Optional.of(new Step.Narrow(from, to, link, bytes, random.nextBoolean()));
    }
}
