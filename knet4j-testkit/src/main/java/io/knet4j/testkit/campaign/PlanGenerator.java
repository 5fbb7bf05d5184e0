package io.knet4j.testkit.campaign;

import io.knet4j.CompressionMethod;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoHash;
import io.knet4j.FlapControl;
import io.knet4j.LinkPolicy;
import io.knet4j.testkit.Checker;
import io.knet4j.testkit.campaign.Setup.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Makes a plan from a seed: always the same one. Most clusters are small, so that runs are quick.
 */
final class PlanGenerator {
    private static final int[] PAYLOADS = {
        508, 508, 508, 508, 1472, 1472, 1472, 1472, 8972, 65_507
    };
    private static final int MOST_LINK_ENDS = 250;
    static final int SMALLEST_MTU = 576;
    private static final int IP_HEADERS = 28;
    private static final int MOST_BYTES = 200_000;
    private static final int BEYOND_WINDOW = 4500;
    private static final int BEYOND_NUMBERS = 66_000;

    private final SplittableRandom random;
    private final SplittableRandom flaps;

    /** For what is added to a plan, so that the rest of it stays as it is. */
    private final SplittableRandom extras;

    private final List<TimedStep> steps = new ArrayList<>();
    private final boolean wraps;
    private final Setup setup;
    private int keys;

    private PlanGenerator(long seed) {
        random = new SplittableRandom(seed);
        flaps = new SplittableRandom(~seed);
        extras = new SplittableRandom(Long.reverse(seed));
        wraps = random.nextInt(1000) == 0;
        setup = setup();
    }

    static Plan plan(long seed) {
        PlanGenerator generator = new PlanGenerator(seed);
        generator.schedule();
        return new Plan(seed, generator.setup, generator.steps);
    }

    // ---- the cluster

    private Setup setup() {
        Promise promise = wraps ? Promise.NOTHING_LOST : promise();
        int hosts = wraps ? 2 : hosts();
        int links = links(promise, hosts);
        int ends = hosts * (hosts - 1) * links;
        int ping = ends > 60 ? 50 + random.nextInt(50) : 15 + random.nextInt(35);
        int timeout = ping * (3 + random.nextInt(3)) + random.nextInt(60);
        CryptoHash hash = random.nextInt(5) > 1 ? null : one(CryptoHash.values());
        return new Setup(
                promise,
                hosts,
                links,
                policy(promise),
                ping,
                timeout,
                1 + random.nextInt(3),
                PAYLOADS[random.nextInt(PAYLOADS.length)],
                hash == null ? CryptoCipher.NONE : one(CryptoCipher.values()),
                hash,
                compression(),
                flapControl());
    }

    /** Links go down, and are judged, in fractions of a second here. */
    private FlapControl flapControl() {
        FlapControl control = FlapControl.OFF;
        if (flaps.nextInt(3) > 0) {
            return control;
        }
        if (flaps.nextBoolean()) {
            control = control.withHoldDown(Duration.ofMillis(1 + flaps.nextInt(500)));
        }
        if (flaps.nextBoolean()) {
            Duration halfLife = Duration.ofMillis(20 + flaps.nextInt(300));
            control =
                    control.withDamping(
                            FlapControl.Damping.DEFAULT
                                    .withHalfLife(halfLife)
                                    .withLimits(500 + flaps.nextInt(1500), 400));
        }
        if (flaps.nextBoolean()) {
            control =
                    control.withLossLimit(
                            FlapControl.LossLimit.DEFAULT.withPings(10 + flaps.nextInt(20)));
        }
        return control;
    }

    private Promise promise() {
        return switch (random.nextInt(10)) {
            case 0, 1 -> Promise.NOTHING_LOST;
            case 2 -> Promise.ORDER;
            default -> Promise.NONE;
        };
    }

    private int hosts() {
        int chance = random.nextInt(100);
        if (chance < 64) {
            return 2;
        }
        if (chance < 90) {
            return 3;
        }
        if (chance < 97) {
            return 4 + random.nextInt(2);
        }
        return chance < 99 ? 6 + random.nextInt(3) : 9 + random.nextInt(8);
    }

    private int links(Promise promise, int hosts) {
        if (promise == Promise.ORDER) {
            return 1;
        }
        int links = random.nextInt(12) == 0 ? 4 + random.nextInt(5) : 1 + random.nextInt(3);
        int most = Math.max(1, MOST_LINK_ENDS / (hosts * (hosts - 1)));
        int fewest = promise == Promise.NOTHING_LOST ? 2 : 1;
        return Math.max(fewest, Math.min(links, most));
    }

    private LinkPolicy policy(Promise promise) {
        return promise == Promise.NOTHING_LOST && random.nextBoolean()
                ? LinkPolicy.PASSIVE
                : promise == Promise.NOTHING_LOST ? LinkPolicy.ACTIVE : one(LinkPolicy.values());
    }

    private CompressionMethod compression() {
        return switch (random.nextInt(8)) {
            case 0 -> CompressionMethod.ZLIB;
            case 1 -> CompressionMethod.LZ4;
            case 2 -> CompressionMethod.ZSTD;
            default -> CompressionMethod.NONE;
        };
    }

    // ---- what happens to it

    private void schedule() {
        int horizon = 200 + random.nextInt(800);
        for (int i = 4 + random.nextInt(16); i > 0; i--) {
            add(random.nextInt(horizon), talk());
        }
        for (int i = 2 + random.nextInt(16); i > 0; i--) {
            int at = random.nextInt(horizon);
            Step step = trouble();
            if (step != null) {
                add(at, step);
            }
        }
        if (wraps) {
            wrap(horizon);
        } else if (random.nextInt(200) == 0) {
            overtake(horizon);
        }
        forge(horizon);
        if (extras.nextInt(8) == 0) {
            add(0, new Step.Loopback(1 + extras.nextInt(setup.hosts())));
        }
        rekeyLong(horizon);
        mix();
        if (!wraps) {
            TrialGenerator.trial(setup, extras).ifPresent(trial -> add(horizon, trial));
        }
        steps.sort(Comparator.comparingInt(TimedStep::millis));
    }

    private void add(int millis, Step step) {
        steps.add(new TimedStep(millis, step));
    }

    private Step talk() {
        int from = host();
        int length = length();
        return new Step.Talk(
                from,
                random.nextInt(4) == 0 ? 0 : other(from),
                1 + random.nextInt(Math.min(40, MOST_BYTES / length)),
                length,
                random.nextBoolean() ? 0 : random.nextInt(2000));
    }

    private int length() {
        int most = random.nextInt(12) == 0 ? 60_000 / setup.hosts() : 1000;
        return Checker.MIN_LENGTH + random.nextInt(most);
    }

    /**
     * More messages than there are sequence numbers, but so slowly that on a link none is overtaken
     * by half of them: nothing on the wire tells such a message from a new one.
     */
    private void wrap(int horizon) {
        int from = host();
        add(horizon / 2, new Step.Talk(from, other(from), BEYOND_NUMBERS, Checker.MIN_LENGTH, 4));
    }

    /** More messages than a window remembers overtake some others. */
    private void overtake(int horizon) {
        if (setup.promise() == Promise.ORDER) {
            return;
        }
        int from = host();
        int to = other(from);
        int link = link();
        int at = horizon / 2;
        add(at, new Step.Harm(Fault.REORDERING, from, to, link, false, 0.01, 100));
        add(at, new Step.Talk(from, to, BEYOND_WINDOW, Checker.MIN_LENGTH, 10));
        add(at + 200, new Step.Heal(from, to, link));
    }

    /**
     * Somebody forges packets of a host, mostly while its link is cut; or a stranger would like to
     * be the peer of a link that does not know where its peer is.
     */
    private void forge(int horizon) {
        boolean mayRoam = setup.hosts() == 2 && setup.promise() == Promise.NONE;
        boolean roams = extras.nextInt(12) == 0 && mayRoam;
        if (!roams && extras.nextInt(6) > 0) {
            return;
        }
        int from = 1 + extras.nextInt(setup.hosts());
        int to = otherThan(from);
        int first = anchored() ? 1 : 0;
        int link = first + extras.nextInt(setup.links() - first);
        int at = extras.nextInt(3) == 0 ? 0 : extras.nextInt(horizon);
        if (roams) {
            add(0, new Step.Roam(to, from, link));
        }
        boolean stranger = roams || extras.nextBoolean();
        add(at, new Step.Forge(from, to, link, 3 * setup.timeoutMillis(), stranger));
        if (extras.nextInt(3) > 0) {
            add(at, new Step.Harm(Fault.CUT, from, to, link, true, 1, 0));
        }
    }

    /** The operator takes longer for a change of key than links bear silence. */
    private void rekeyLong(int horizon) {
        if (setup.encrypted() && setup.hosts() < 4 && extras.nextInt(12) == 0) {
            add(
                    extras.nextInt(horizon),
                    new Step.Rekey(++keys, setup.timeoutMillis() + extras.nextInt(200)));
        }
    }

    /** The first messages of two hosts to a third one are fragments that come in any order. */
    private void mix() {
        if (setup.hosts() != 3 || setup.promise() != Promise.NONE || extras.nextInt(12) > 0) {
            return;
        }
        int to = 1 + extras.nextInt(3);
        for (int from = 1; from <= 3; from++) {
            for (int link = 0; link < setup.links() && from != to; link++) {
                add(0, new Step.Harm(Fault.JITTER, from, to, link, false, 0, 20));
            }
        }
        for (int from = 1; from <= 3; from++) {
            if (from != to) {
                add(0, new Step.Talk(from, to, 1, 4000 + extras.nextInt(4000), 0));
            }
        }
    }

    private int otherThan(int host) {
        int other = 1 + extras.nextInt(setup.hosts() - 1);
        return other >= host ? other + 1 : other;
    }

    private @Nullable Step trouble() {
        return switch (random.nextInt(32)) {
            case 0, 1 -> heal();
            case 2 -> pause();
            case 3, 4 -> restart();
            case 5 -> new Step.Drift(host(), random.nextInt(-20_000, 20_001));
            case 6 -> setup.encrypted() ? new Step.Rekey(++keys, random.nextInt(20)) : null;
            case 7, 8, 9 -> reconfiguration();
            case 10 -> replay();
            case 11 -> garbage();
            default -> harm();
        };
    }

    private Step heal() {
        int a = host();
        return new Step.Heal(a, other(a), link());
    }

    private @Nullable Step pause() {
        return anchored()
                ? null
                : new Step.Pause(
                        host(), random.nextInt(3 * setup.timeoutMillis()), random.nextBoolean());
    }

    private @Nullable Step restart() {
        return anchored()
                ? null
                : new Step.Restart(
                        host(),
                        random.nextInt(4) == 0 ? 0 : random.nextInt(2 * setup.timeoutMillis()),
                        random.nextBoolean());
    }

    private @Nullable Step reconfiguration() {
        int a = host();
        int b = other(a);
        return switch (random.nextInt(7)) {
            case 0 -> anchored() ? null : new Step.SetPolicy(a, b, one(LinkPolicy.values()));
            case 1, 2 -> new Step.SetEnabled(a, b, link(), random.nextBoolean());
            case 3 -> new Step.SetPriority(a, b, link(), random.nextInt(5));
            case 4 -> new Step.SetCompression(a, compression());
            case 5 -> new Step.SetMtu(a, random.nextBoolean() ? 0 : mtu());
            default -> setup.promise() == Promise.NONE ? new Step.Rejoin(a, b) : null;
        };
    }

    /**
     * What passes when nothing harms the path; 0, for what is discovered, when nothing may be set.
     */
    private int mtu() {
        int most = Math.min(setup.payload() + IP_HEADERS, 2000);
        return most < SMALLEST_MTU ? 0 : SMALLEST_MTU + random.nextInt(most - SMALLEST_MTU + 1);
    }

    private @Nullable Step replay() {
        int from = host();
        return setup.promise() == Promise.ORDER
                ? null
                : new Step.Replay(from, other(from), 1 + random.nextInt(20));
    }

    private Step garbage() {
        int from = host();
        return new Step.Garbage(
                from, other(from), link(), 1 + random.nextInt(20), random.nextBoolean());
    }

    private @Nullable Step harm() {
        return switch (random.nextInt(16)) {
            case 0 -> harm(Fault.LOSS, random.nextDouble() / 2, 0);
            case 1 -> harm(Fault.BURSTS, random.nextDouble() / 20, 2 + random.nextInt(20));
            case 2 -> unordered(Fault.DELAY, 0, random.nextInt(setup.timeoutMillis()));
            case 3 -> unordered(Fault.JITTER, 0, random.nextInt(40));
            case 4 -> unordered(Fault.REORDERING, 0.3, random.nextInt(40));
            case 5, 6 -> unordered(Fault.DUPLICATION, random.nextDouble(), random.nextInt(50));
            case 7 -> corruption(Fault.CORRUPTION, random.nextBoolean() ? 20 : 10_000);
            case 8 -> corruption(Fault.TRUNCATION, 0);
            case 9 -> harm(Fault.ONE_WAY_CUT, 1, 0);
            case 10, 11 -> harm(Fault.CUT, 1, 0);
            case 12 -> harm(Fault.BLACK_HOLE, 1, 200 + random.nextInt(2000));
            case 13 -> harm(Fault.LOCAL_MTU, 1, 508 + random.nextInt(1000));
            case 14 -> harm(Fault.REFUSAL, 1, 0);
            default ->
                    random.nextBoolean() || wraps
                            ? unordered(Fault.FULL_SOCKET, 1, 0)
                            : unordered(Fault.BANDWIDTH, 1, 200_000);
        };
    }

    private @Nullable Step corruption(Fault fault, int within) {
        return setup.encrypted() || setup.promise() == Promise.NONE
                ? harm(fault, random.nextDouble() / 5, within)
                : null;
    }

    private @Nullable Step unordered(Fault fault, double probability, int amount) {
        return setup.promise() == Promise.ORDER ? null : harm(fault, probability, amount);
    }

    private Step harm(Fault fault, double probability, int amount) {
        int from = host();
        boolean both = fault == Fault.CUT || (fault != Fault.ONE_WAY_CUT && random.nextInt(3) == 0);
        double rounded = Math.round(probability * 1000) / 1000.0;
        return new Step.Harm(fault, from, other(from), link(), both, rounded, amount);
    }

    // ---- choices

    private boolean anchored() {
        return setup.promise() == Promise.NOTHING_LOST;
    }

    /** One that may be touched. */
    private int link() {
        return anchored() ? 1 + random.nextInt(setup.links() - 1) : random.nextInt(setup.links());
    }

    private int host() {
        return 1 + random.nextInt(setup.hosts());
    }

    private int other(int than) {
        int other = 1 + random.nextInt(setup.hosts() - 1);
        return other >= than ? other + 1 : other;
    }

    private <T> T one(T[] values) {
        return values[random.nextInt(values.length)];
    }
}
