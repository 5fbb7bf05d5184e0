package io.knet4j.internal.engine;

import static io.knet4j.internal.engine.PingTokens.Verdict.COPY;
import static io.knet4j.internal.engine.PingTokens.Verdict.FORGED;
import static io.knet4j.internal.engine.PingTokens.Verdict.FRESH;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PingTokensTest {
    private final PingTokens tokens = new PingTokens(new SplittableRandom(1));

    @Test
    void sealsWithSipHashAsItsAuthorsDo() {
        // The test vectors of the paper's reference code: key 00..0f, message 00..07.
        assertThat(
                        PingTokens.sipHash(
                                0x0706050403020100L, 0x0f0e0d0c0b0a0908L, 0x0706050403020100L))
                .isEqualTo(0x93f5f5799a932462L);
    }

    @Test
    void takesTheTokenOfItsOwnPingOnce() {
        assertThat(tokens.accept(1000, tokens.seal(1000))).isEqualTo(FRESH);
        assertThat(tokens.accept(1000, tokens.seal(1000))).isEqualTo(COPY);
        assertThat(tokens.accept(1001, tokens.seal(1001))).isEqualTo(FRESH);
        assertThat(tokens.accept(1000, tokens.seal(1000))).isEqualTo(COPY);
    }

    @Test
    void takesPongsInAnyOrder() {
        assertThat(tokens.accept(3000, tokens.seal(3000))).isEqualTo(FRESH);
        assertThat(tokens.accept(1000, tokens.seal(1000))).isEqualTo(FRESH);
        assertThat(tokens.accept(-5, tokens.seal(-5))).isEqualTo(FRESH);
    }

    @Test
    void seesThroughForgedTokens() {
        long seal = tokens.seal(1000);
        for (int bit = 0; bit < 64; bit++) {
            assertThat(tokens.accept(1000, seal ^ 1L << bit)).isEqualTo(FORGED);
            assertThat(tokens.accept(1000 ^ 1L << bit, seal)).isEqualTo(FORGED);
        }
        assertThat(tokens.accept(0, 0)).isEqualTo(FORGED);
        assertThat(tokens.accept(1000, new PingTokens(new SplittableRandom(2)).seal(1000)))
                .as("of an earlier life")
                .isEqualTo(FORGED);
        assertThat(tokens.accept(Long.MIN_VALUE, tokens.seal(Long.MIN_VALUE))).isEqualTo(FORGED);
        assertThat(tokens.accept(1000, seal)).isEqualTo(FRESH);
    }

    @Test
    void takesNoTokenTwiceHoweverManyCameInBetween() {
        for (int i = 0; i < 1000; i++) {
            assertThat(tokens.accept(i, tokens.seal(i))).isEqualTo(FRESH);
        }
        for (int i = 0; i < 1000; i++) {
            assertThat(tokens.accept(i, tokens.seal(i))).isEqualTo(COPY);
        }
    }

    /** Copies come anywhere, too. */
    @Test
    void takesNoTokenTwiceHoweverTheyOvertakeEachOther() {
        long seed = new SplittableRandom().nextLong();
        SplittableRandom random = new SplittableRandom(seed);
        List<Long> times = new ArrayList<>(LongStream.range(0, 3000).mapToObj(i -> i / 3).toList());
        for (int i = 0; i < times.size(); i++) {
            Collections.swap(times, i, Math.min(times.size() - 1, i + random.nextInt(600)));
        }
        Set<Long> taken = new HashSet<>();
        for (long time : times) {
            if (tokens.accept(time, tokens.seal(time)) == FRESH) {
                assertThat(taken.add(time)).as("%d, seed %d", time, seed).isTrue();
            }
        }
    }
}
