package io.knet4j.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.interop.junit.RequiresLibKnet;
import io.knet4j.testkit.relay.Impairment;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How often the two ends of a link, Java and C with the same timers, take it down on a path that
 * loses datagrams by chance.
 */
@RequiresLibKnet
class LinkStabilityInteropTest {
    private static final int LINKS = 8;
    private static final Duration TIME = Duration.ofMinutes(5);
    private static final double DEVIATIONS = 4;

    @ParameterizedTest
    @CsvSource({
        "1000,2000,5,0.05",
        "1000,2000,5,0.1",
        "1000,2000,5,0.2",
        "375,1500,2,0.1",
        "375,1500,2,0.2"
    })
    @Tag("slow")
    @Execution(ExecutionMode.CONCURRENT)
    void javaTakesLinksDownNoMoreOftenThanC(int interval, int timeout, int pongs, double loss)
            throws Exception {
        try (JavaAndC pair =
                new JavaAndC.Settings()
                        .links(LINKS)
                        .relayed()
                        .timers(interval, timeout, pongs)
                        .open()) {
            pair.awaitUp();
            pair.relayed.forEach(link -> link.impair(Impairment.none().withLoss(loss)));
            LockSupport.parkNanos(TIME.toNanos()); // what happens is counted, not waited for
            long java = sum(i -> pair.javaLink(i).statistics().downCount());
            long c = sum(i -> pair.cLink(i).stats().downCount());
            System.out.println(
                    String.format(
                            Locale.ROOT,
                            "%d/%d/%d, loss %.0f %%: %d links in %d s went down %d times in Java, %d in C",
                            interval,
                            timeout,
                            pongs,
                            100 * loss,
                            LINKS,
                            TIME.toSeconds(),
                            java,
                            c));
            assertThat((double) java)
                    .as("Java %d times, C %d times", java, c)
                    .isLessThan(c + DEVIATIONS * Math.sqrt(java + c + 1.0));
            assertThat(c).as("times that the loss took a link down").isPositive();
        }
    }

    private static long sum(IntToLongFunction downs) {
        return IntStream.range(0, LINKS).mapToLong(downs).sum();
    }
}
