package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.OnWireVersion;
import io.knet4j.internal.engine.OnWireVersions.Spoken;
import java.util.List;
import org.junit.jupiter.api.Test;

class OnWireVersionsTest {
    private static Spoken host(OnWireVersions versions, int version, int max) {
        Spoken host = new Spoken();
        versions.onPing(host, version, max);
        return host;
    }

    @Test
    void speaksVersionOneOnly() {
        OnWireVersions versions = new OnWireVersions();
        assertThat(versions.snapshot()).isEqualTo(new OnWireVersion(1, 1, 1));
        assertThat(versions.accepts(1, 1)).isTrue();
        assertThat(versions.accepts(1, 7)).as("a host that could speak newer").isTrue();
        assertThat(versions.accepts(0, 1)).isFalse();
        assertThat(versions.accepts(2, 2)).isFalse();
        assertThat(versions.accepts(255, 255)).isFalse();
        assertThat(versions.supports(0)).isFalse();
        assertThat(versions.supports(1)).isTrue();
        assertThat(versions.supports(2)).isFalse();
    }

    @Test
    void refusesVersionsOutsideItsRangeAlsoWhenForced() {
        OnWireVersions versions = new OnWireVersions();
        versions.force(1);
        assertThat(versions.accepts(1, 1)).isTrue();
        assertThat(versions.accepts(0, 1)).isFalse();
        assertThat(versions.accepts(2, 2)).isFalse();
    }

    @Test
    void startsWithTheLowestAndRisesWhenAllHostsWereHeard() {
        OnWireVersions versions = new OnWireVersions(1, 5);
        Spoken unheard = new Spoken();
        Spoken three = host(versions, 1, 3);
        Spoken four = host(versions, 1, 4);

        assertThat(versions.current()).isEqualTo(1);
        assertThat(versions.negotiate(List.of(three, unheard, four))).isFalse();
        assertThat(versions.current()).isEqualTo(1);
        assertThat(versions.negotiate(List.of(three, four))).isTrue();
        assertThat(versions.current()).isEqualTo(3);
        assertThat(versions.negotiate(List.of(three, four))).isFalse();
        assertThat(versions.negotiate(List.of(four))).isTrue();
        assertThat(versions.current()).isEqualTo(4);
        assertThat(versions.negotiate(List.of(host(versions, 1, 9)))).isTrue();
        assertThat(versions.current()).isEqualTo(5);
    }

    @Test
    void ignoresHostsThatAreTooOldForIt() {
        OnWireVersions versions = new OnWireVersions(2, 4);
        assertThat(versions.negotiate(List.of(host(versions, 1, 1), host(versions, 2, 3))))
                .isTrue();
        assertThat(versions.current()).isEqualTo(3);
        assertThat(versions.accepts(1, 1)).isFalse();
    }

    @Test
    void refusesAHostThatSpeaksOlderThanItCould() {
        OnWireVersions versions = new OnWireVersions(1, 3);
        versions.negotiate(List.of(host(versions, 1, 3)));
        assertThat(versions.current()).isEqualTo(3);
        assertThat(versions.accepts(2, 3)).isFalse();
        assertThat(versions.accepts(2, 2)).as("cannot speak newer").isTrue();
        assertThat(versions.accepts(3, 3)).isTrue();
        versions.force(3);
        assertThat(versions.accepts(2, 3)).as("no such check when forced").isTrue();
    }

    @Test
    void forcingTakesEffectOnceAllHostsWereHeard() {
        OnWireVersions versions = new OnWireVersions(1, 3);
        versions.force(2);
        assertThat(versions.negotiate(List.of(new Spoken()))).isFalse();
        assertThat(versions.current()).isEqualTo(1);
        List<Spoken> heard = List.of(host(versions, 1, 3));
        assertThat(versions.negotiate(heard)).isTrue();
        assertThat(versions.current()).isEqualTo(2);
        versions.force(0);
        assertThat(versions.negotiate(heard)).isTrue();
        assertThat(versions.current()).isEqualTo(3);
    }

    @Test
    void noticesWhenAHostSaysSomethingNew() {
        OnWireVersions versions = new OnWireVersions(1, 3);
        Spoken host = new Spoken();
        assertThat(host.max()).isZero();
        assertThat(versions.onPing(host, 1, 2)).isTrue();
        assertThat(versions.onPing(host, 1, 2)).isFalse();
        assertThat(versions.onPing(host, 2, 2)).isTrue();
        assertThat(versions.onPing(host, 2, 3)).isTrue();
        assertThat(host.current()).isEqualTo(2);
        assertThat(host.max()).isEqualTo(3);
    }
}
