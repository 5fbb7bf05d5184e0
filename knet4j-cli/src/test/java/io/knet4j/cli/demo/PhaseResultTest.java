package io.knet4j.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.knet4j.LinkPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Phases of a second, a message every 10 ms, link cut at 300 ms and healed at 600 ms. */
class PhaseResultTest {

    private static final long NEVER = Traffic.NEVER;
    private static final long STEP = 10_000;
    private static final int CUT = 30;

    private static long[] sent() {
        return LongStream.range(0, 100).map(i -> i * STEP).toArray();
    }

    /** Each message arrives after 1 ms, but for the given ones, which do not. */
    private static Exchange exchange(int from, int to, int... lost) {
        long[] arrived = LongStream.of(sent()).map(time -> time + 1_000).toArray();
        for (int number : lost) {
            arrived[number] = NEVER;
        }
        return new Exchange(from, to, sent(), arrived, 0, 0, 0);
    }

    private static Outage outage(long detectedAt, long stall) {
        OptionalLong detected = OptionalLong.of(detectedAt);
        OptionalLong restored = OptionalLong.of(640_000);
        return new Outage(
                300_000,
                600_000,
                Map.of(1, OptionalLong.of(345_000), 2, detected),
                Map.of(1, OptionalLong.of(346_000), 2, OptionalLong.of(detectedAt + 1_000)),
                Map.of(1, OptionalLong.of(630_000), 2, restored),
                0,
                List.of(0L, stall));
    }

    private static PhaseResult result(LinkPolicy policy, Exchange... exchanges) {
        return PhaseResult.of(policy, List.of(exchanges), outage(350_000, 0));
    }

    @Test
    void acceptsLossOnTheCutLinkUntilDetection() {
        PhaseResult result =
                result(
                        LinkPolicy.PASSIVE,
                        exchange(1, 2, CUT, CUT + 1, CUT + 4),
                        exchange(2, 1, CUT + 5),
                        exchange(1, 3));
        assertThat(result.failures()).isEmpty();
        assertThat(result.sent()).isEqualTo(300);
        assertThat(result.delivered()).isEqualTo(296);
        assertThat(result.lost()).isEqualTo(4);
        assertThat(result.disturbance())
                .as("hosts send each 2 ms, these ones each 10 ms")
                .isEqualTo(STEP - 2_000);
        assertThat(result.lostAllowed())
                .as("one more, sent before the cut, may have been held up until it")
                .isEqualTo(6 + 7);
        assertThat(result.longestGap()).isEqualTo(3 * STEP);
        assertThat(result.longestGapElsewhere()).isEqualTo(STEP);
        assertThat(result.detect()).hasValue(50_000);
        assertThat(result.moved()).hasValue(51_000);
        assertThat(result.restored()).hasValue(40_000);
    }

    @Test
    void refusesLossThatTheCutDoesNotExplain() {
        for (int number : List.of(0, CUT - 1, CUT + 5, 99)) {
            assertThat(result(LinkPolicy.PASSIVE, exchange(1, 2, number)).failures())
                    .containsExactly("1 messages were lost that the cut does not explain");
        }
        assertThat(result(LinkPolicy.ROUND_ROBIN, exchange(1, 3, CUT)).failures())
                .containsExactly("1 messages were lost that the cut does not explain");
    }

    @Test
    void refusesAnyLossWithTwoActiveLinks() {
        assertThat(result(LinkPolicy.ACTIVE, exchange(1, 2, CUT)).failures())
                .containsExactly("1 messages were lost although each took two links");
    }

    @Test
    void refusesDoubledAndDamagedMessages() {
        Exchange bad = new Exchange(1, 2, sent(), sent(), 0, 2, 1);
        assertThat(result(LinkPolicy.ACTIVE, bad).failures())
                .containsExactly("2 messages were delivered twice", "1 messages were damaged");
    }

    @Test
    void refusesLateDetectionUnlessTheMachineStalled() {
        List<Exchange> exchanges = List.of(exchange(1, 2), exchange(2, 1));
        assertThat(PhaseResult.of(LinkPolicy.PASSIVE, exchanges, outage(376_000, 0)).failures())
                .containsExactly("the cut was detected after 76.0 ms, later than 75.0 ms");
        assertThat(PhaseResult.of(LinkPolicy.PASSIVE, exchanges, outage(376_000, 1_000)).failures())
                .isEmpty();
    }

    @Test
    void allowsForThreadsThatTheMachineHeldUpUnseen() {
        // One message between other hosts came with the next: a control loop may have been as late.
        long[] arrived = exchange(1, 3).arrived();
        arrived[40] += 11_000;
        PhaseResult slow = late(88_000, new Exchange(1, 3, sent(), arrived, 0, 0, 0));
        assertThat(slow.failures()).isEmpty();
        assertThat(slow.disturbance()).isEqualTo(2 * STEP - 2_000);

        Arrays.setAll(arrived, i -> sent()[i] + 30_000);
        assertThat(late(88_000, new Exchange(3, 2, sent(), arrived, 0, 0, 0)).disturbance())
                .as("each message was late")
                .isEqualTo(30_000);
    }

    @Test
    void whatTheCutItselfDelaysIsNoExcuse() {
        assertThat(late(88_000, exchange(1, 2, CUT, CUT + 1)).failures())
                .containsExactly("the cut was detected after 88.0 ms, later than 75.0 ms");
    }

    @Test
    void refusesDetectionThatIsLateHoweverBusyTheMachineIs() {
        for (int busy : List.of(0, 10_000, 60_000, 1_000_000)) {
            PhaseResult result =
                    PhaseResult.of(
                            LinkPolicy.PASSIVE,
                            List.of(exchange(1, 2), exchange(2, 1), exchange(1, 3)),
                            outage(450_000, busy));
            assertThat(result.failures()).singleElement().asString().contains("after 150.0 ms");
        }
    }

    private static PhaseResult late(long detect, Exchange exchange) {
        return PhaseResult.of(LinkPolicy.PASSIVE, List.of(exchange), outage(300_000 + detect, 0));
    }

    @Test
    void measuresDoubtfulPhasesOnceMore() throws Exception {
        PhaseResult good = late(50_000, exchange(1, 2));
        PhaseResult late = late(88_000, exchange(1, 2));
        PhaseResult disturbed =
                PhaseResult.of(
                        LinkPolicy.PASSIVE,
                        List.of(exchange(1, 2), exchange(1, 3, 10, 11, 12)),
                        outage(350_000, 0));
        PhaseResult lossy =
                PhaseResult.of(
                        LinkPolicy.PASSIVE,
                        List.of(exchange(1, 2), exchange(1, 3, 10)),
                        outage(350_000, 0));
        assertThat(disturbed.failures()).hasSize(1);

        assertOutcome(1, true, List.of(good));
        assertOutcome(2, true, List.of(late, good));
        assertOutcome(3, true, List.of(disturbed, late, good));
        assertOutcome(1, false, List.of(lossy));
        assertOutcome(2, false, List.of(late, lossy));
    }

    @Test
    void failsWhenEachTryIsLate() throws Exception {
        assertOutcome(
                Outcome.ATTEMPTS,
                false,
                Collections.nCopies(Outcome.ATTEMPTS, late(150_000, exchange(1, 2))));
    }

    private static void assertOutcome(int attempts, boolean ok, List<PhaseResult> results)
            throws Exception {
        Iterator<PhaseResult> next = results.iterator();
        List<PhaseResult> told = new ArrayList<>();
        Outcome outcome = Outcome.of(next::next, told::add);
        assertThat(outcome.attempts()).isEqualTo(attempts);
        assertThat(outcome.result()).isSameAs(results.get(attempts - 1));
        assertThat(outcome.result().ok()).isEqualTo(ok);
        assertThat(told).isEqualTo(results.subList(0, attempts - 1));
    }

    @Test
    void refusesWhatWasNotSeen() {
        Map<Integer, OptionalLong> unseen = Map.of(1, OptionalLong.of(1), 2, OptionalLong.empty());
        PhaseResult result =
                PhaseResult.of(
                        LinkPolicy.PASSIVE,
                        List.of(exchange(1, 2)),
                        new Outage(0, 1, unseen, unseen, unseen, 0, List.of()));
        assertThat(result.failures())
                .containsExactly(
                        "the cut was not detected on both sides",
                        "the traffic did not return after the link was healed");
        assertThat(result.json(1).get("detect_ms").isJsonNull()).isTrue();
    }

    @Test
    void joinsTheAccountsOfBothEnds() {
        Exchange exchange =
                Exchange.of(
                        1,
                        2,
                        JsonParser.parseString(
                                        "{'sent_us':[10,20,-1,40,50],'arrived_us':[],'refused':1,'duplicates':9,'damaged':9}")
                                .getAsJsonObject(),
                        JsonParser.parseString(
                                        "{'sent_us':[],'arrived_us':[15,-1,-1,60],'refused':9,'duplicates':2,'damaged':3}")
                                .getAsJsonObject());
        assertThat(exchange.sentCount()).isEqualTo(4);
        assertThat(exchange.deliveredCount()).isEqualTo(2);
        assertThat(exchange.lost()).containsExactly(20L, 50L);
        assertThat(exchange.delays()).containsExactly(5L, 20L);
        assertThat(exchange.longestGap()).isEqualTo(45);
        assertThat(exchange.refused()).isEqualTo(1);
        assertThat(exchange.duplicates()).isEqualTo(2);
        assertThat(exchange.damaged()).isEqualTo(3);
    }
}
