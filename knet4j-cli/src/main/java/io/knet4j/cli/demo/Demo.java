package io.knet4j.cli.demo;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.knet4j.CryptoConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.SharedKey;
import io.knet4j.cli.CommandException;
import io.knet4j.cli.Millis;
import io.knet4j.cli.Terminal;
import io.knet4j.testkit.relay.RelayLink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * The course of the demo: for each policy a phase in which all hosts send to each other all the
 * time, and link 0 between hosts 1 and 2 is cut and later healed.
 */
final class Demo {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration REHEARSAL = Duration.ofMillis(300);
    private static final int PHASES = 3;

    // Parts of a phase: all is well, then the link is cut, then healed; then nobody sends any more.
    private static final double CUT_AT = 0.2;
    private static final double HEAL_AT = 0.55;
    private static final double END_AT = 0.95;

    private static final int A = 1;
    private static final int B = 2;
    private static final int CUT_LINK = 0;
    private static final List<Observations.End> CUT_ENDS =
            List.of(new Observations.End(A, B, CUT_LINK), new Observations.End(B, A, CUT_LINK));
    private static final List<Observations.Way> CUT_WAYS =
            List.of(new Observations.Way(A, B), new Observations.Way(B, A));

    private final Terminal terminal;
    private final boolean json;
    private final Timeline timeline;
    private final Duration phaseLength;
    private final long seed;
    private final boolean encrypted;

    private volatile long phaseStart;
    private volatile boolean telling;
    private int phaseNumber;

    Demo(Terminal terminal, boolean json, Duration length, long seed, boolean encrypted) {
        this.terminal = terminal;
        this.json = json;
        this.seed = seed;
        this.encrypted = encrypted;
        timeline = new Timeline(terminal, json);
        phaseLength = length.dividedBy(PHASES);
    }

    /** Runs all phases and prints the verdict. Returns whether all is as it should be. */
    boolean run() throws CommandException, InterruptedException {
        timeline.say(
                "Three hosts in three processes, two links between each pair, on the loopback"
                        + " interface.");
        timeline.say(
                "Pings every "
                        + DemoHost.PING_INTERVAL.toMillis()
                        + " ms; a link is down after "
                        + DemoHost.PING_TIMEOUT.toMillis()
                        + " ms of silence. Each host sends a message to each other one every "
                        + DemoHost.MESSAGE_INTERVAL.toMillis()
                        + " ms.");
        List<Outcome> outcomes = new ArrayList<>();
        try (Cluster cluster = startCluster()) {
            rehearse(cluster);
            for (LinkPolicy policy :
                    List.of(LinkPolicy.PASSIVE, LinkPolicy.ACTIVE, LinkPolicy.ROUND_ROBIN)) {
                outcomes.add(Outcome.of(() -> attempt(cluster, policy), this::again));
            }
        }
        return conclude(outcomes);
    }

    private Cluster startCluster() throws CommandException, InterruptedException {
        Optional<SharedKey> key = encrypted ? Optional.of(SharedKey.generate()) : Optional.empty();
        try {
            announceCrypto(key);
            return Cluster.start(seed, key, this::tell);
        } finally {
            // The hosts have it now, and nobody else needs it.
            key.ifPresent(SharedKey::close);
        }
    }

    private void announceCrypto(Optional<SharedKey> key) {
        Optional<CryptoConfig> crypto = key.map(DemoHost::crypto);
        timeline.say(
                crypto.map(config ->
                                "Packets are encrypted with "
                                        + config.cipher()
                                        + " and signed with "
                                        + config.hash()
                                        + ", with a "
                                        + config.key()
                                        + " made for this run.")
                        .orElse("Packets are neither encrypted nor signed."));
        if (json) {
            JsonObject event = Timeline.event("cluster");
            event.addProperty("hosts", Cluster.HOSTS);
            event.addProperty("links", Cluster.LINKS);
            event.add("crypto", crypto.<JsonElement>map(Demo::json).orElse(JsonNull.INSTANCE));
            terminal.outLine(event.toString());
        }
    }

    private static JsonObject json(CryptoConfig crypto) {
        JsonObject json = new JsonObject();
        json.addProperty("cipher", crypto.cipher().cipherName());
        json.addProperty("hash", crypto.hash().hashName());
        json.addProperty("key_bytes", crypto.key().length());
        return json;
    }

    private void again(PhaseResult result) {
        JsonObject event = Timeline.event(result.isDisturbed() ? "disturbed" : "late");
        event.addProperty("disturbance_ms", Millis.ofMicros(result.disturbance()));
        event.addProperty("detect_ms", PhaseResult.millis(result.detect()));
        step(
                result.isDisturbed()
                        ? "this machine held up messages or processes for "
                                + round(result.disturbance())
                                + " ms, which says nothing about the network: once more"
                        : "the cut was detected after "
                                + round(result.detect())
                                + " ms, which may be this machine's doing: once more",
                event);
    }

    /**
     * A cut that does not count: Java loads and compiles code when it is first used, which would be
     * measured otherwise.
     */
    private void rehearse(Cluster cluster) throws CommandException, InterruptedException {
        timeline.say(
                "First a rehearsal, since Java is slow when it does something for the first time.");
        Observations seen = cluster.observations();
        List<Integer> usual = List.of(CUT_LINK);
        phaseNumber++;
        phaseStart = WallClock.micros();
        cluster.startPhase(phaseNumber, phaseStart, LinkPolicy.PASSIVE.name());
        require(seen, () -> isAllUp(seen, usual), "the links did not come up");
        cluster.send(true);
        Thread.sleep(REHEARSAL);
        RelayLink link = cluster.link(A, B, CUT_LINK);
        link.cut();
        seen.await(() -> CUT_ENDS.stream().noneMatch(seen::isUp), PATIENCE);
        link.heal();
        seen.await(() -> isAllUp(seen, usual), PATIENCE);
        cluster.send(false);
        cluster.report();
    }

    private PhaseResult attempt(Cluster cluster, LinkPolicy policy)
            throws CommandException, InterruptedException {
        Observations seen = cluster.observations();
        phaseNumber++;
        phaseStart = WallClock.micros();
        cluster.startPhase(phaseNumber, phaseStart, policy.name());
        List<Integer> usual =
                policy == LinkPolicy.PASSIVE ? List.of(CUT_LINK) : List.of(CUT_LINK, 1);
        require(seen, () -> isAllUp(seen, usual), "the links did not come up");

        phaseStart = WallClock.micros();
        cluster.startPhase(phaseNumber, phaseStart, policy.name());
        announce(policy);
        telling = true;
        cluster.send(true);
        step("all links are up, all hosts send", Timeline.event("sending"));

        RelayLink link = cluster.link(A, B, CUT_LINK);
        sleepUntil(CUT_AT);
        long cut = WallClock.micros();
        link.cut();
        step("link 0 between hosts 1 and 2 is cut", Timeline.event("cut"));
        seen.await(() -> CUT_ENDS.stream().noneMatch(seen::isUp), PATIENCE);

        sleepUntil(HEAL_AT);
        long healed = WallClock.micros();
        link.heal();
        step("link 0 is healed", Timeline.event("healed"));
        seen.await(
                () -> CUT_WAYS.stream().allMatch(way -> seen.activeLinks(way).equals(usual)),
                PATIENCE);

        sleepUntil(END_AT);
        cluster.send(false);
        Cluster.Report report = cluster.report();
        telling = false;
        PhaseResult result =
                PhaseResult.of(
                        policy,
                        report.exchanges(),
                        outage(seen, cut, healed, usual, report.stalls()));
        tell(result);
        return result;
    }

    private void announce(LinkPolicy policy) {
        timeline.say("");
        timeline.say(
                switch (policy) {
                    case PASSIVE -> "passive: the best link carries all messages";
                    case ACTIVE -> "active: each link carries each message";
                    case ROUND_ROBIN -> "round-robin: the links take turns";
                });
        if (json) {
            JsonObject event = Timeline.event("phase");
            event.addProperty("policy", PhaseResult.name(policy));
            timeline.step(0, "", event);
        }
    }

    private static boolean isAllUp(Observations seen, List<Integer> links) {
        for (int host = 1; host <= Cluster.HOSTS; host++) {
            for (int peer = 1; peer <= Cluster.HOSTS; peer++) {
                for (int link = 0; link < Cluster.LINKS && host != peer; link++) {
                    if (!seen.isUp(new Observations.End(host, peer, link))
                            || !seen.activeLinks(new Observations.Way(host, peer)).equals(links)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private static void require(Observations seen, BooleanSupplier condition, String otherwise)
            throws CommandException, InterruptedException {
        if (!seen.await(condition, PATIENCE)) {
            throw CommandException.failed(otherwise + " within " + Millis.text(PATIENCE));
        }
    }

    private void sleepUntil(double part) throws InterruptedException {
        long end = phaseStart + Math.round(part * phaseLength.toNanos() / 1_000);
        long left = end - WallClock.micros();
        if (left > 0) {
            Thread.sleep(Duration.ofNanos(left * 1_000));
        }
    }

    private Outage outage(
            Observations seen, long cut, long healed, List<Integer> usual, List<Long> stalls) {
        List<Integer> left = List.of(1);
        Map<Integer, OptionalLong> down = new TreeMap<>();
        Map<Integer, OptionalLong> moved = new TreeMap<>();
        Map<Integer, OptionalLong> restored = new TreeMap<>();
        CUT_ENDS.forEach(end -> down.put(end.host(), inPhase(seen.firstDown(end, cut))));
        for (Observations.Way way : CUT_WAYS) {
            moved.put(way.host(), inPhase(seen.firstActive(way, left, cut)));
            restored.put(way.host(), inPhase(seen.firstActive(way, usual, healed)));
        }
        long downs =
                seen.since(phaseStart).stream()
                        .filter(change -> change instanceof Observations.Change.Down)
                        .count();
        long planned = down.values().stream().filter(OptionalLong::isPresent).count();
        return new Outage(
                cut - phaseStart,
                healed - phaseStart,
                down,
                moved,
                restored,
                downs - planned,
                stalls);
    }

    private OptionalLong inPhase(OptionalLong micros) {
        return micros.isPresent()
                ? OptionalLong.of(micros.getAsLong() - phaseStart)
                : OptionalLong.empty();
    }

    // ---- telling

    private void step(String text, JsonObject event) {
        timeline.step(WallClock.micros() - phaseStart, text, event);
    }

    private void tell(Observations.Change change) {
        if (!telling) {
            return;
        }
        JsonObject event;
        String text;
        switch (change) {
            case Observations.Change.Up e -> {
                event = Timeline.event("link-up");
                event.addProperty("link", e.link());
                text = "link " + e.link() + " to host " + e.peer() + " is up";
            }
            case Observations.Change.Down e -> {
                event = Timeline.event("link-down");
                event.addProperty("link", e.link());
                event.addProperty("silence_ms", e.silenceMillis());
                text =
                        String.format(
                                Locale.ROOT,
                                "link %d to host %d is down: no pong for %.0f ms",
                                e.link(),
                                e.peer(),
                                e.silenceMillis());
            }
            case Observations.Change.Active e -> {
                event = Timeline.event("active-links");
                JsonArray links = new JsonArray();
                e.links().forEach(links::add);
                event.add("links", links);
                text =
                        "traffic to host "
                                + e.peer()
                                + (e.links().isEmpty()
                                        ? " stops"
                                        : (e.links().size() == 1 ? " uses link " : " uses links ")
                                                + e.links().stream()
                                                        .map(String::valueOf)
                                                        .reduce((a, b) -> a + " and " + b)
                                                        .orElse(""));
            }
        }
        event.addProperty("host", change.host());
        event.addProperty("peer", change.peer());
        timeline.step(change.at() - phaseStart, "host " + change.host() + ": " + text, event);
    }

    private void tell(PhaseResult result) {
        timeline.say(
                String.format(
                        Locale.ROOT,
                        "  %d messages sent: %d lost, %d doubled, %d delayed by more than %d ms;"
                                + " half of them took less than %.1f ms, 99 %% less than %.1f ms",
                        result.sent(),
                        result.lost(),
                        result.duplicated(),
                        result.delayed(),
                        PhaseResult.DELAYED / 1_000,
                        result.delayMedian() / 1e3,
                        result.delay99() / 1e3));
    }

    private static String round(long micros) {
        return Long.toString(Math.round(micros / 1e3));
    }

    private static String round(OptionalLong micros) {
        return micros.isPresent() ? round(micros.getAsLong()) : "never";
    }

    private boolean conclude(List<Outcome> outcomes) {
        boolean ok = outcomes.stream().allMatch(outcome -> outcome.result().ok());
        if (json) {
            JsonArray policies = new JsonArray();
            outcomes.forEach(outcome -> policies.add(outcome.result().json(outcome.attempts())));
            JsonObject summary = new JsonObject();
            summary.addProperty("ok", ok);
            summary.addProperty("encrypted", encrypted);
            summary.add("policies", policies);
            terminal.outLine(summary.toString());
            return ok;
        }
        timeline.say("");
        timeline.say(
                "policy          sent  delivered   lost  doubled  detected    moved  longest gap"
                        + "  restored");
        outcomes.stream().map(outcome -> row(outcome.result())).forEach(timeline::say);
        timeline.say("");
        timeline.say(
                "lost: at most the messages sent on the cut link until it was detected. detected,"
                        + " moved: ms from the cut until both");
        timeline.say(
                "ends saw it and used the other link. longest gap: ms without a message between"
                        + " hosts 1 and 2. restored: ms from the");
        timeline.say(
                "healing until both ends used link 0 again. Detection may take "
                        + round(PhaseResult.DETECT_LIMIT)
                        + " ms, and twice the longest time that the machine held something");
        timeline.say(
                "up on top, but "
                        + round(PhaseResult.DETECT_LIMIT_AT_MOST)
                        + " ms at most; it held up a process or a message for "
                        + round(
                                outcomes.stream()
                                        .mapToLong(outcome -> outcome.result().disturbance())
                                        .max()
                                        .orElse(0))
                        + " ms in this run.");
        timeline.say("");
        timeline.say(verdict(outcomes, ok));
        return ok;
    }

    private static String row(PhaseResult result) {
        return String.format(
                Locale.ROOT,
                "%-12s %7d %10d %6d %8d %9s %8s %12s %9s",
                PhaseResult.name(result.policy()),
                result.sent(),
                result.delivered(),
                result.lost(),
                result.duplicated(),
                round(result.detect()),
                round(result.moved()),
                round(result.longestGap()),
                round(result.restored()));
    }

    private static String verdict(List<Outcome> outcomes, boolean ok) {
        if (ok) {
            return "ok: a broken link cost at most "
                    + round(
                            outcomes.stream()
                                    .mapToLong(outcome -> outcome.result().longestGap())
                                    .max()
                                    .orElse(0))
                    + " ms, no message came twice, and with all links active none was lost";
        }
        StringBuilder text = new StringBuilder("FAILED: ");
        String separator = "";
        for (Outcome outcome : outcomes) {
            for (String failure : outcome.result().failures()) {
                text.append(separator)
                        .append(PhaseResult.name(outcome.result().policy()))
                        .append(": ")
                        .append(failure);
                separator = "; ";
            }
        }
        return text.toString();
    }
}
