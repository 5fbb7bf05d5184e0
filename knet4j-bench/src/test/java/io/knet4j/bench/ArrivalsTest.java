package io.knet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ArrivalsTest {
    private final Arrivals arrivals = new Arrivals();

    private void assertCounts(long messages, long doubled, long damaged) {
        assertThat(arrivals.counts()).isEqualTo(new Arrivals.Counts(messages, doubled, damaged));
    }

    @Test
    void countsEachMessageOnceInAnyOrder() {
        for (int number : new int[] {3, 1, 4, 2, 0}) {
            arrivals.add(number);
        }
        assertCounts(5, 0, 0);
        arrivals.add(2);
        arrivals.add(4);
        assertCounts(5, 2, 0);
    }

    @Test
    void countsDamagedOnes() {
        arrivals.add(-1);
        assertCounts(0, 0, 1);
    }

    @Test
    void forgetsWhatIsLongAgo() {
        int window = 1 << 20;
        for (int number = 0; number < 3 * window; number++) {
            arrivals.add(number);
        }
        assertCounts(3 * window, 0, 0);
        arrivals.add(2 * window);
        arrivals.add(2 * window - 1);
        assertCounts(3 * window, 2, 0);
        arrivals.add(5 * window);
        arrivals.add(5 * window - 7);
        assertCounts(3 * window + 2, 2, 0);
    }
}
