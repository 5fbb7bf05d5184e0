package io.knet4j.internal.engine;

import static io.knet4j.internal.engine.TestNode.remote;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.DropCause;
import org.junit.jupiter.api.Test;

/** Numbers that come by links of different speed. */
class NumberOrderTest {
    private final TestNode node = new TestNode();
    private final HostState host = node.hostUp(2, 2);

    private void data(int link, int... sequences) {
        for (int sequence : sequences) {
            node.receive(remote(2, link), Wire.data(2, sequence, 0, "m" + sequence));
        }
    }

    private void forcedPing(int link, int sequence) {
        node.receive(remote(2, link), Wire.ping(2, link, sequence, sequence, false));
    }

    @Test
    void copiesThatAreLateByMoreThanHalfTheNumbersAreStale() {
        for (int sequence = 1; sequence <= 45_000; sequence += 1000) {
            data(0, sequence);
            if (sequence > 20_000) {
                data(1, sequence - 20_000);
            }
        }
        for (int sequence = 26_001; sequence <= 45_000; sequence += 1000) {
            data(1, sequence);
        }
        assertThat(host.window.newest()).isEqualTo(44_001);
        data(0, 44_002);
        assertThat(node.texts()).endsWith("m44002");
    }

    @Test
    void aForcedPingThatIsLateByMoreThanHalfTheNumbersMovesNothing() {
        data(1, 1);
        data(0, 2, 20_000, 42_000);
        forcedPing(1, 8191);
        forcedPing(1, 16_382);
        assertThat(host.window.newest()).isEqualTo(42_000);
    }

    /** It had an outage, in which more than half of all numbers were used. */
    @Test
    void aLinkWhoseOrderMisleadsIsBelievedAgainOnceAPingIsAnswered() {
        data(1, 30_000);
        data(0, 46_000);
        data(1, 12_465);
        assertThat(node.drops(DropCause.STALE)).isEqualTo(1);
        node.advance(TestNode.INTERVAL.toNanos());
        node.answerPings();
        data(1, 12_466);
        assertThat(node.texts()).endsWith("m12466");
        assertThat(host.window.newest()).isEqualTo(12_466);
    }
}
