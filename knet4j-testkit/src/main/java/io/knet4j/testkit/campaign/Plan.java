package io.knet4j.testkit.campaign;

import java.util.List;

/**
 * A run as data: the cluster, and what happens to it.
 *
 * @param seed of what is left to chance: which datagrams are lost, in which order things happen
 * @param steps by time
 */
record Plan(long seed, Setup setup, List<TimedStep> steps) {
    Plan {
        steps = List.copyOf(steps);
    }

    Plan with(Setup other) {
        return new Plan(
                seed,
                other,
                steps.stream()
                        .filter(step -> step.step().fits(other.hosts(), other.links()))
                        .toList());
    }

    Plan with(List<TimedStep> others) {
        return new Plan(seed, setup, others);
    }

    /** Whether bits of packets may change that nothing protects. */
    boolean damagesClearPackets() {
        return !setup.encrypted()
                && steps.stream()
                        .map(TimedStep::step)
                        .anyMatch(step ->
                                step instanceof Step.Harm harm
                                        && (harm.kind() == Fault.CORRUPTION
                                                || harm.kind() == Fault.TRUNCATION));
    }
}
