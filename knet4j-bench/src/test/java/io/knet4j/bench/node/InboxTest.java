package io.knet4j.bench.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class InboxTest {
    private final Inbox inbox = new Inbox();

    @Test
    void countsMessagesAndBytesAndTimesThemFromTheFirst() {
        inbox.count();
        for (int i = 0; i < 1000; i++) {
            inbox.received(3);
        }
        Counted counted = Counted.parse(inbox.counted().toString());
        assertThat(counted.messages()).isEqualTo(1000);
        assertThat(counted.bytes()).isEqualTo(3000);
        assertThat(counted.timedMessages()).isBetween(984L, 999L);
        assertThat(counted.messagesPerSecond()).isPositive();
    }

    @Test
    void countingAnewForgetsWhatCame() {
        inbox.received(3);
        inbox.count();
        assertThat(inbox.counted()).isEqualTo(new Counted(0, 0, 0, 0));
        assertThat(inbox.counted().messagesPerSecond()).isZero();
    }

    @Test
    void answersEveryMessageInsteadOfCountingIt() {
        List<Integer> answers = new ArrayList<>();
        inbox.echo(answers::add);
        inbox.received(3);
        inbox.received(3);
        assertThat(answers).hasSize(2);
        inbox.count();
        inbox.received(3);
        assertThat(answers).hasSize(2);
        assertThat(inbox.counted().messages()).isEqualTo(1);
    }

    @Test
    void roundTripsAreTimedOneAfterTheOtherWithoutThoseToWarmUp() throws Exception {
        List<Integer> sent = new ArrayList<>();
        try (ExecutorService network = Executors.newSingleThreadExecutor()) {
            RoundTrips trips =
                    new RoundTrips(
                            number -> {
                                sent.add(number);
                                network.execute(() -> inbox.received(1));
                            },
                            5,
                            20);
            inbox.expect(trips);
            RoundTripTimes times = RoundTripTimes.parse(trips.run().toString());
            assertThat(times.p50()).isPositive().isLessThanOrEqualTo(times.p99());
            assertThat(times.p99()).isLessThanOrEqualTo(times.p999());
        }
        assertThat(sent).hasSize(25).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void pacedMessagesDoNotRunAhead() {
        List<Integer> sent = new ArrayList<>();
        int count = Pump.run(sent::add, 100_000_000, 1000);
        assertThat(count).isBetween(1, 102).isEqualTo(sent.size());
    }
}
