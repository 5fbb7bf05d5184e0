package io.knet4j;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How links that come and go, or lose much, are kept from carrying messages while there are better
 * ones. Everything is off by default, and links are chosen as libknet does, which has nothing like
 * it. It is about this node's choice of links for what it sends: nothing shows on the wire, and the
 * peer chooses for itself.
 *
 * <p>Of the links of a host that are up, messages take those that nothing speaks against. When
 * there are none, they take the links that lose too much; then those that are held down; and last
 * those that are suppressed. {@link LinkPolicy} and priorities decide among those of one kind. So a
 * host stays reachable as long as a link to it is up. {@link LinkStatus#use()} and {@link
 * LinkStatus#stability()} tell of a link how it stands, and {@link KnetEvent}s when that changes.
 *
 * <p>A link that is disabled and enabled again starts with nothing that speaks against it: that is
 * how an operator takes a link back into use at once.
 *
 * {@snippet :
 * Knet.builder(1)
 *         .flapControl(
 *                 FlapControl.OFF
 *                         .withHoldDown(Duration.ofSeconds(30))
 *                         .withDamping(FlapControl.Damping.DEFAULT)
 *                         .withLossLimit(FlapControl.LossLimit.DEFAULT))
 *         .open();
 * }
 *
 * @param holdDown how long a link has to be up after it came up again before messages take it, 1 ms
 *     to 1 day, or 0, the default, for no time. It is used at once when no other link of the host
 *     is up, and when it comes up for the first time since it was enabled
 * @param damping how links are suppressed that go down too often; default: not at all
 * @param lossLimit how much of its pings a link may lose; default: any share
 */
public record FlapControl(
        Duration holdDown, Optional<Damping> damping, Optional<LossLimit> lossLimit) {

    /** Links are chosen by state, policy and priority alone, as libknet does. */
    public static final FlapControl OFF =
            new FlapControl(Duration.ZERO, Optional.empty(), Optional.empty());

    private static final Duration MIN_TIME = Duration.ofMillis(1);
    private static final Duration MAX_TIME = Duration.ofDays(1);

    /**
     * Checks every value.
     *
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT}, naming the field, the value
     *     and what is allowed
     */
    public FlapControl {
        if (!Checks.notNull("holdDown", holdDown).isZero()) {
            Checks.range("holdDown", holdDown, MIN_TIME, MAX_TIME);
        }
        Checks.notNull("damping", damping);
        Checks.notNull("lossLimit", lossLimit);
    }

    /**
     * Flap damping as in RFC 2439: each time that a link goes down, but not when it is disabled, a
     * penalty is added to what is left of earlier ones, which halves in each half-life. The link is
     * suppressed while it has more than one limit, until it has less than another one.
     *
     * @param penalty what is added each time, 1 to 1,000,000; default 1000
     * @param halfLife time in which penalties halve, 1 ms to 1 day; default 60 s
     * @param suppressAbove with a higher penalty the link is suppressed (the cutoff threshold), 2
     *     to 1,000,000; default 2000, which the third time within a short while exceeds
     * @param reuseBelow when the penalty has come down to this the link is used again (the reuse
     *     threshold), 1 to {@code suppressAbove - 1}; default 750
     * @param longestSuppression how long a link that went down no more stays suppressed, however
     *     often it did before, 1 ms to 1 day, and at least what {@code suppressAbove} needs to come
     *     down to {@code reuseBelow}; default 10 minutes
     */
    public record Damping(
            int penalty,
            Duration halfLife,
            int suppressAbove,
            int reuseBelow,
            Duration longestSuppression) {

        /** 1000 each time, halved in 60 s, suppressed above 2000 until 750, 10 minutes at most. */
        public static final Damping DEFAULT =
                new Damping(1000, Duration.ofSeconds(60), 2000, 750, Duration.ofMinutes(10));

        private static final int MAX_PENALTY = 1_000_000;

        /**
         * Checks every value.
         *
         * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT}, naming the field, the
         *     value and what is allowed
         */
        public Damping {
            Checks.range("penalty", penalty, 1, MAX_PENALTY);
            Checks.range("halfLife", halfLife, MIN_TIME, MAX_TIME);
            Checks.range("suppressAbove", suppressAbove, 2, MAX_PENALTY);
            Checks.range("reuseBelow", reuseBelow, 1, suppressAbove - 1);
            double halves = Math.log((double) suppressAbove / reuseBelow) / Math.log(2);
            Duration least = Duration.ofNanos((long) (halves * halfLife.toNanos()));
            if (least.compareTo(MAX_TIME) > 0) {
                throw ConfigurationException.invalid(
                        "halfLife",
                        halfLife,
                        "so little that suppressAbove comes down to reuseBelow within " + MAX_TIME);
            }
            Checks.range(
                    "longestSuppression",
                    longestSuppression,
                    least.compareTo(MIN_TIME) < 0 ? MIN_TIME : least,
                    MAX_TIME);
        }

        /**
         * The same with another half-life.
         *
         * @param time 1 ms to 1 day
         * @return the changed settings
         */
        public Damping withHalfLife(Duration time) {
            return new Damping(penalty, time, suppressAbove, reuseBelow, longestSuppression);
        }

        /**
         * The same with other limits.
         *
         * @param above the cutoff threshold, 2 to 1,000,000
         * @param below the reuse threshold, 1 to {@code above - 1}
         * @return the changed settings
         */
        public Damping withLimits(int above, int below) {
            return new Damping(penalty, halfLife, above, below, longestSuppression);
        }

        /**
         * The same with another penalty.
         *
         * @param value 1 to 1,000,000
         * @return the changed settings
         */
        public Damping withPenalty(int value) {
            return new Damping(value, halfLife, suppressAbove, reuseBelow, longestSuppression);
        }

        /**
         * The same with another longest time.
         *
         * @param time 1 ms to 1 day, and at least what the limits need
         * @return the changed settings
         */
        public Damping withLongestSuppression(Duration time) {
            return new Damping(penalty, halfLife, suppressAbove, reuseBelow, time);
        }
    }

    /**
     * How much a link may lose. Loss is the share of the last pings that was not answered, see
     * {@link PingLoss}; pings that were not sent yet count as answered. Between the two limits a
     * link stays what it was. With {@link LinkPolicy#ACTIVE} loss makes no difference, since a
     * message on a lossy link is a copy, which can only help.
     *
     * @param avoidAbove with a higher loss the link is avoided, 1 to 99 percent; default 10
     * @param returnAt with this loss, or less, it is used again, 0 to {@code avoidAbove - 1}
     *     percent; default 2
     * @param pings of how many pings, 10 to {@value PingLoss#REMEMBERED}; default 50
     */
    public record LossLimit(int avoidAbove, int returnAt, int pings) {

        /** Avoided above 10 percent of 50 pings, used again at 2 percent. */
        public static final LossLimit DEFAULT = new LossLimit(10, 2, 50);

        private static final int MIN_PINGS = 10;
        private static final int MAX_PERCENT = 99;

        /**
         * Checks every value.
         *
         * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT}, naming the field, the
         *     value and what is allowed
         */
        public LossLimit {
            Checks.range("avoidAbove", avoidAbove, 1, MAX_PERCENT);
            Checks.range("returnAt", returnAt, 0, avoidAbove - 1);
            Checks.range("pings", pings, MIN_PINGS, PingLoss.REMEMBERED);
        }

        /**
         * The same with other limits.
         *
         * @param above 1 to 99 percent
         * @param at 0 to {@code above - 1} percent
         * @return the changed settings
         */
        public LossLimit withPercent(int above, int at) {
            return new LossLimit(above, at, pings);
        }

        /**
         * The same for another number of pings.
         *
         * @param count 10 to {@value PingLoss#REMEMBERED}
         * @return the changed settings
         */
        public LossLimit withPings(int count) {
            return new LossLimit(avoidAbove, returnAt, count);
        }
    }

    /**
     * The same with another time for which links are held down.
     *
     * @param time 1 ms to 1 day; 0 for no time
     * @return the changed settings
     */
    public FlapControl withHoldDown(Duration time) {
        return new FlapControl(time, damping, lossLimit);
    }

    /**
     * The same with links suppressed that go down too often.
     *
     * @param settings penalties and limits
     * @return the changed settings
     */
    public FlapControl withDamping(Damping settings) {
        return new FlapControl(
                holdDown, Optional.of(Checks.notNull("damping", settings)), lossLimit);
    }

    /**
     * The same without suppressing links.
     *
     * @return the changed settings
     */
    public FlapControl withoutDamping() {
        return new FlapControl(holdDown, Optional.empty(), lossLimit);
    }

    /**
     * The same with links avoided that lose too much.
     *
     * @param settings percentages, and of how many pings
     * @return the changed settings
     */
    public FlapControl withLossLimit(LossLimit settings) {
        return new FlapControl(
                holdDown, damping, Optional.of(Checks.notNull("lossLimit", settings)));
    }

    /**
     * The same whatever links lose.
     *
     * @return the changed settings
     */
    public FlapControl withoutLossLimit() {
        return new FlapControl(holdDown, damping, Optional.empty());
    }

    /**
     * In words, for people.
     *
     * @return for example {@code hold-down 30 s, avoided above 10 % loss of 50 pings until 2 %};
     *     {@code off} when nothing is on
     */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        if (!holdDown.isZero()) {
            parts.add("hold-down " + DurationText.of(holdDown));
        }
        damping.ifPresent(d ->
                parts.add(
                        "penalty "
                                + d.penalty
                                + " halved in "
                                + DurationText.of(d.halfLife)
                                + ", suppressed above "
                                + d.suppressAbove
                                + " until "
                                + d.reuseBelow
                                + " for at most "
                                + DurationText.of(d.longestSuppression)));
        lossLimit.ifPresent(l ->
                parts.add(
                        "avoided above "
                                + l.avoidAbove
                                + " % loss of "
                                + l.pings
                                + " pings until "
                                + l.returnAt
                                + " %"));
        return parts.isEmpty() ? "off" : String.join(", ", parts);
    }
}
