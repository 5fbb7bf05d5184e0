package io.knet4j.testkit.campaign;

/**
 * A step and when it is taken.
 *
 * @param millis since all links were up first
 */
record TimedStep(int millis, Step step) {
    @Override
    public String toString() {
        return millis + " ms: " + step;
    }
}
