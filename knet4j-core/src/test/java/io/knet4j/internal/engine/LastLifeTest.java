package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LastLifeTest {
    private static final long MILLI = 1_000_000;

    private final LastLife life = new LastLife();
    private long now;

    private boolean isOld(int sequence) {
        now += MILLI;
        return life.isOld(now, sequence);
    }

    private void ping(int announced) {
        now += MILLI;
        life.onPing(now, announced);
    }

    @Test
    void aLinkThatHasNotGoneBackStillBringsOldMessages() {
        ping(200);
        assertThat(isOld(201)).isFalse();
        life.ended(now, 287, false);
        assertThat(isOld(202)).isTrue();
        ping(210);
        assertThat(isOld(287)).isTrue();
        ping(0);
        assertThat(isOld(1)).isFalse();
        assertThat(isOld(210)).isFalse();
    }

    @Test
    void theLinkThatToldOfTheRestartBringsNewOnes() {
        ping(287);
        ping(0);
        life.ended(now, 287, false);
        assertThat(isOld(1)).isFalse();
    }

    @Test
    void aPingThatWasOvertakenSaysNothing() {
        ping(100);
        ping(99);
        life.ended(now, 101, false);
        assertThat(isOld(100)).isTrue();
        ping(101);
        ping(99);
        assertThat(isOld(100)).isTrue();
    }

    @Test
    void twoLowerPingsInARowAreAsGoodAsZero() {
        ping(200);
        life.ended(now, 287, false);
        ping(20);
        assertThat(isOld(21)).isTrue();
        ping(21);
        assertThat(isOld(22)).isFalse();
    }

    @Test
    void theLinkThatShowedTheRestartBringsNewOnes() {
        ping(287);
        life.ended(now, 287, true);
        assertThat(isOld(20)).isFalse();
    }

    @Test
    void higherNumbersThanTheHostEverHadAreNew() {
        ping(200);
        life.ended(now, 287, false);
        assertThat(isOld(288)).isFalse();
        assertThat(isOld(201)).as("afterwards").isFalse();
    }

    @Test
    void zeroIsBackFromEverywhere() {
        ping(60_000);
        ping(0);
        life.ended(now, 60_000, false);
        assertThat(isOld(1)).isFalse();
    }

    @Test
    void whatFellSilentIsEmpty() {
        ping(200);
        life.ended(now, 287, false);
        now += 500 * MILLI;
        assertThat(isOld(201)).isFalse();

        LastLife before = new LastLife();
        before.onPing(now, 200);
        now += 600 * MILLI;
        before.ended(now, 287, false);
        assertThat(before.isOld(now, 201)).isFalse();
    }

    @Test
    void aLinkThatBroughtNothingHasNothingOld() {
        life.ended(now, 287, false);
        assertThat(isOld(1)).isFalse();
    }

    @Test
    void numbersWrap() {
        ping(65_530);
        assertThat(isOld(3)).isFalse();
        ping(65_000);
        ping(65_001);
        life.ended(now, 3, false);
        assertThat(isOld(1)).as("the pings had gone back").isFalse();
    }
}
