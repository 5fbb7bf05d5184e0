package io.knet4j.cli.config;

import io.knet4j.FlapControl;
import io.knet4j.FlapControl.Damping;
import io.knet4j.FlapControl.LossLimit;
import io.knet4j.PingLoss;
import io.knet4j.cli.config.ConfTree.Entry;
import io.knet4j.cli.config.ConfTree.Section;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code knet4j} of a {@code corosync.conf}: what only knet4j has. It stands beside the
 * others, as corosync reads over top-level sections that it does not know.
 */
final class KnetSection {
    static final String NAME = "knet4j";

    private static final String MILLISECONDS = "milliseconds";
    private static final String PERCENT = "percent";
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final int MAX_PENALTY = 1_000_000;
    private static final int MIN_PINGS = 10;
    private static final int MAX_PERCENT = 99;

    private final Diagnostics diagnostics;
    private final Fields fields;

    KnetSection(Diagnostics diagnostics, List<Section> sections) {
        this.diagnostics = diagnostics;
        fields = new Fields(diagnostics, sections);
    }

    FlapControl flapControl() {
        FlapControl control =
                FlapControl.OFF.withHoldDown(
                        Duration.ofMillis(fields.number("hold_down", 0, DAY, MILLISECONDS, 0)));
        Damping damping = damping();
        if (damping != null) {
            control = control.withDamping(damping);
        }
        LossLimit lossLimit = lossLimit();
        if (lossLimit != null) {
            control = control.withLossLimit(lossLimit);
        }
        fields.warnUnknown(Set.of());
        return control;
    }

    private @Nullable Damping damping() {
        Damping usual = Damping.DEFAULT;
        boolean on = fields.choice("flap_damping", List.of("yes", "no"), "no").equals("yes");
        int penalty = (int) fields.number("flap_penalty", 1, MAX_PENALTY, "", usual.penalty());
        long halfLife =
                fields.number("flap_half_life", 1, DAY, MILLISECONDS, usual.halfLife().toMillis());
        int suppress =
                (int) fields.number("flap_suppress", 2, MAX_PENALTY, "", usual.suppressAbove());
        if (suppress <= usual.reuseBelow() && fields.entry("flap_reuse") == null) {
            diagnostics.error(
                    fields.lineOr("flap_suppress", 0),
                    "flap_suppress",
                    Integer.toString(suppress),
                    "is not above flap_reuse, which is " + usual.reuseBelow() + " by default",
                    usual.reuseBelow() + 1 + ".." + MAX_PENALTY + ", or less beside a flap_reuse");
            return null;
        }
        int reuse =
                (int)
                        fields.number(
                                "flap_reuse",
                                1,
                                suppress - 1L,
                                "(flap_suppress is " + suppress + ")",
                                Math.min(usual.reuseBelow(), suppress - 1));
        long least = leastSuppression(halfLife, suppress, reuse);
        if (least > DAY) {
            diagnostics.error(
                    fields.lineOr("flap_half_life", 0),
                    "flap_half_life",
                    Long.toString(halfLife),
                    "leaves a link suppressed for more than a day",
                    "a shorter time, or limits that are closer to each other");
            return null;
        }
        long longest =
                fields.number(
                        "flap_max_suppress",
                        least,
                        DAY,
                        MILLISECONDS
                                + " (penalties take "
                                + least
                                + " to fall from flap_suppress, "
                                + suppress
                                + ", to flap_reuse, "
                                + reuse
                                + ", with a flap_half_life of "
                                + halfLife
                                + ")",
                        Math.max(least, usual.longestSuppression().toMillis()));
        if (!on) {
            warnOfNoEffect(
                    "flap_damping is not yes",
                    "flap_penalty",
                    "flap_half_life",
                    "flap_suppress",
                    "flap_reuse",
                    "flap_max_suppress");
            return null;
        }
        return new Damping(
                penalty,
                Duration.ofMillis(halfLife),
                suppress,
                reuse,
                Duration.ofMillis(Math.max(longest, least)));
    }

    /** How long a penalty just above the one limit takes to come down to the other. */
    private static long leastSuppression(long halfLife, int suppress, int reuse) {
        double halves = Math.log((double) suppress / reuse) / Math.log(2);
        return (long) Math.ceil(halves * halfLife);
    }

    private @Nullable LossLimit lossLimit() {
        LossLimit usual = LossLimit.DEFAULT;
        int avoid = (int) fields.number("loss_avoid", 0, MAX_PERCENT, PERCENT, 0);
        if (avoid == 0) {
            warnOfNoEffect("there is no loss_avoid", "loss_return", "loss_pings");
            return null;
        }
        int usualReturn = Math.min(avoid - 1, usual.returnAt());
        return new LossLimit(
                avoid,
                (int) fields.number("loss_return", 0, avoid - 1L, PERCENT, usualReturn),
                (int)
                        fields.number(
                                "loss_pings", MIN_PINGS, PingLoss.REMEMBERED, "", usual.pings()));
    }

    private void warnOfNoEffect(String why, String... keys) {
        for (String key : keys) {
            Entry entry = fields.entry(key);
            if (entry != null) {
                diagnostics.warn(entry.line(), "field '" + key + "' has no effect: " + why);
            }
        }
    }
}
