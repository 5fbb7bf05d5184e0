package io.knet4j.testkit.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.CompressionMethod;
import io.knet4j.CryptoCipher;
import io.knet4j.FlapControl;
import io.knet4j.LinkPolicy;
import io.knet4j.testkit.campaign.Setup.Promise;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Plans that campaigns found, shrunk, each of which broke a promise. */
class FoundPlansTest {

    private static void requireClean(Plan plan) {
        assertThat(Run.of(plan).failure()).isNull();
    }

    private static Setup clear(
            Promise promise, int hosts, int links, LinkPolicy policy, int ping, int timeout) {
        return clear(promise, hosts, links, policy, ping, timeout, 3, 508);
    }

    private static Setup clear(
            Promise promise,
            int hosts,
            int links,
            LinkPolicy policy,
            int ping,
            int timeout,
            int pongCount,
            int payload) {
        return new Setup(
                promise,
                hosts,
                links,
                policy,
                ping,
                timeout,
                pongCount,
                payload,
                CryptoCipher.NONE,
                null,
                CompressionMethod.NONE,
                FlapControl.OFF);
    }

    @Test
    void aQueueOnOneOfSeveralLinksIsNoRestart() {
        requireClean(
                new Plan(
                        621,
                        clear(Promise.NOTHING_LOST, 2, 7, LinkPolicy.ACTIVE, 26, 148),
                        List.of(
                                new TimedStep(
                                        150,
                                        new Step.Harm(Fault.BANDWIDTH, 2, 1, 6, false, 1, 200_000)),
                                new TimedStep(350, new Step.Talk(2, 0, 8, 8941, 0)),
                                new TimedStep(455, new Step.Talk(2, 1, 1, 777, 408)),
                                new TimedStep(900, new Step.Talk(2, 1, 1, 777, 0)))));
    }

    @Test
    void linksThatAreUsedAlthoughHeldDownAreJudgedByTheirLoss() {
        Setup setup =
                new Setup(
                        Promise.NONE,
                        3,
                        3,
                        LinkPolicy.ROUND_ROBIN,
                        23,
                        93,
                        2,
                        65_507,
                        CryptoCipher.NONE,
                        null,
                        CompressionMethod.NONE,
                        FlapControl.OFF
                                .withHoldDown(Duration.ofMillis(463))
                                .withLossLimit(FlapControl.LossLimit.DEFAULT.withPings(11)));
        requireClean(
                new Plan(
                        9931,
                        setup,
                        List.of(
                                new TimedStep(21, new Step.Pause(3, 135, true)),
                                new TimedStep(
                                        133,
                                        new Step.Harm(Fault.REORDERING, 3, 1, 2, true, 0.3, 38)),
                                new TimedStep(
                                        183, new Step.Harm(Fault.JITTER, 3, 1, 1, false, 0, 13)),
                                new TimedStep(515, new Step.Talk(3, 1, 5, 470, 0)),
                                new TimedStep(
                                        515,
                                        new Step.Harm(Fault.DUPLICATION, 1, 3, 2, false, 0.733, 1)),
                                new TimedStep(551, new Step.Pause(3, 215, true)))));
    }

    @Test
    void aLinkThatWasEnabledJustBeforeItsPeerRefusesComesUp() {
        Setup setup = clear(Promise.NOTHING_LOST, 2, 2, LinkPolicy.PASSIVE, 20, 95, 1, 508);
        requireClean(
                new Plan(
                        18_093,
                        setup,
                        List.of(
                                new TimedStep(591, new Step.SetEnabled(1, 2, 1, false)),
                                new TimedStep(597, new Step.SetEnabled(1, 2, 1, true)),
                                new TimedStep(
                                        667, new Step.Harm(Fault.REFUSAL, 1, 2, 1, true, 1, 0)))));
    }

    @Test
    void aForcedPingThatIsLateByHalfTheNumbersMovesNoWindow() {
        requireClean(
                new Plan(
                        13_948,
                        clear(Promise.NOTHING_LOST, 2, 2, LinkPolicy.PASSIVE, 41, 132),
                        List.of(
                                new TimedStep(
                                        231, new Step.Harm(Fault.DELAY, 1, 2, 1, true, 0, 85)),
                                new TimedStep(252, new Step.Talk(2, 1, 66_000, 20, 2)))));
    }

    @Test
    void firstPingsThatWaitInAQueueAreNoRestartOfAHostThatWasLost() {
        Setup setup = clear(Promise.NONE, 3, 3, LinkPolicy.PASSIVE, 21, 105, 1, 65_507);
        requireClean(
                new Plan(
                        41_530,
                        setup,
                        List.of(
                                new TimedStep(
                                        27,
                                        new Step.Harm(Fault.BANDWIDTH, 1, 3, 1, true, 1, 200_000)),
                                new TimedStep(143, new Step.Talk(3, 1, 1, 216, 0)),
                                new TimedStep(186, new Step.Restart(3, 202, false)))));
    }

    @Test
    void aDynamicLinkThatHasFallenSilentDoesNotComeUpByEarlierPings() {
        Setup setup = clear(Promise.NONE, 2, 1, LinkPolicy.ROUND_ROBIN, 28, 92, 1, 1472);
        requireClean(
                new Plan(
                        11_932,
                        setup,
                        List.of(
                                new TimedStep(0, new Step.Roam(2, 1, 0)),
                                new TimedStep(
                                        288, new Step.Harm(Fault.DELAY, 2, 1, 0, true, 0, 38)),
                                new TimedStep(479, new Step.Talk(2, 0, 1, 558, 630)))));
    }

    @Test
    void aDisabledDynamicLinkAnswersBeforeItKnowsItsPeer() {
        requireClean(
                new Plan(
                        17_917,
                        clear(Promise.NONE, 2, 1, LinkPolicy.ACTIVE, 49, 220),
                        List.of(
                                new TimedStep(0, new Step.Roam(1, 2, 0)),
                                new TimedStep(11, new Step.SetEnabled(1, 2, 0, false)),
                                new TimedStep(283, new Step.Forge(2, 1, 0, 660, true)))));
    }

    @Test
    void pongsThatOvertakeTheirCopiesCountOnce() {
        Setup setup = clear(Promise.NOTHING_LOST, 2, 2, LinkPolicy.ACTIVE, 30, 201, 3, 1472);
        requireClean(
                new Plan(
                        98_975,
                        setup,
                        List.of(
                                new TimedStep(
                                        316,
                                        new Step.Harm(
                                                Fault.DUPLICATION, 2, 1, 1, false, 0.095, 27)),
                                new TimedStep(
                                        332,
                                        new Step.Harm(Fault.REORDERING, 2, 1, 1, true, 0.3, 18)),
                                new TimedStep(341, new Step.Talk(2, 1, 8250, 20, 4)))));
    }

    @Test
    void aRestartAfterManyMessagesIsTold() {
        requireClean(
                new Plan(
                        159,
                        clear(Promise.NONE, 2, 1, LinkPolicy.PASSIVE, 16, 123),
                        List.of(new TimedStep(763, new Step.Reborn(2, 4417)))));
    }

    /** Nothing on the wire tells the lives of a host apart; the copies are let pass and counted. */
    @Test
    void copiesOfAFormerLifeMayComeAfterAQuickRestart() {
        Outcome outcome =
                Run.of(
                        new Plan(
                                138,
                                clear(Promise.NONE, 2, 1, LinkPolicy.PASSIVE, 26, 148),
                                List.of(
                                        new TimedStep(
                                                200,
                                                new Step.Harm(
                                                        Fault.DUPLICATION, 2, 1, 0, false, 1, 50)),
                                        new TimedStep(300, new Step.Talk(2, 1, 40, 100, 0)),
                                        new TimedStep(305, new Step.Restart(2, 0, true)))));
        assertThat(outcome.failure()).isNull();
        assertThat(outcome.counts().formerLifeCopies()).isBetween(1L, 40L);
        assertThat(outcome.counts().mistakenRestartCopies()).isZero();
    }
}
