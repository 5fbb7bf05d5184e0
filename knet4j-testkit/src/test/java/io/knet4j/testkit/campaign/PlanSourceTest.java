package io.knet4j.testkit.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.CompressionMethod;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoHash;
import io.knet4j.FlapControl;
import io.knet4j.LinkPolicy;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlanSourceTest {

    /** The same expression once for the compiler, and once as text. */
    @Test
    void aPlanIsPrintedAsTheExpressionThatMakesIt() {
        Plan plan =
                new Plan(
                        9931L,
                        new Setup(
                                Setup.Promise.NOTHING_LOST,
                                3,
                                2,
                                LinkPolicy.ROUND_ROBIN,
                                23,
                                93,
                                2,
                                65507,
                                CryptoCipher.AES256_CBC,
                                CryptoHash.SHA256,
                                CompressionMethod.NONE,
                                new FlapControl(
                                        Duration.ofMillis(463),
                                        Optional.of(
                                                new FlapControl.Damping(
                                                        1000,
                                                        Duration.ofNanos(1500000L),
                                                        2000,
                                                        750,
                                                        Duration.ofMillis(600000))),
                                        Optional.empty())),
                        List.of(
                                new TimedStep(21, new Step.Pause(3, 135, true)),
                                new TimedStep(
                                        133,
                                        new Step.Harm(Fault.REORDERING, 3, 1, 1, false, 0.3, 38)),
                                new TimedStep(200, new Step.SetPolicy(1, 2, LinkPolicy.ACTIVE))));
        assertThat(PlanSource.of(plan))
                .isEqualTo(
                        """
                        new Plan(
                            9931L,
                            new Setup(Setup.Promise.NOTHING_LOST, 3, 2, LinkPolicy.ROUND_ROBIN, 23,\
                         93, 2, 65507, CryptoCipher.AES256_CBC, CryptoHash.SHA256,\
                         CompressionMethod.NONE, new FlapControl(Duration.ofMillis(463),\
                         Optional.of(new FlapControl.Damping(1000, Duration.ofNanos(1500000L), 2000,\
                         750, Duration.ofMillis(600000))), Optional.empty())),
                            List.of(
                                new TimedStep(21, new Step.Pause(3, 135, true)),
                                new TimedStep(133, new Step.Harm(Fault.REORDERING, 3, 1, 1, false,\
                         0.3, 38)),
                                new TimedStep(200, new Step.SetPolicy(1, 2, LinkPolicy.ACTIVE))))\
                        """);
    }

    @Test
    void whateverCampaignsDoCanBePrinted() {
        Set<Class<?>> kinds = new HashSet<>();
        for (long seed = 1; seed <= 500; seed++) {
            Plan plan = PlanGenerator.plan(seed);
            assertThat(PlanSource.of(plan).lines()).hasSize(4 + plan.steps().size());
            plan.steps().forEach(step -> kinds.add(step.step().getClass()));
        }
        assertThat(kinds).hasSizeGreaterThan(20);
    }
}
