package io.knet4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.knet4j.AccessRule.Action;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessRuleTest {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("10.0.0.1", 5405);

    private static InetAddress ip(String address) {
        return InetAddress.ofLiteral(address);
    }

    private static void refused(String what, ThrowingCallable call) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(call)
                .withMessageContaining(what)
                .extracting(ConfigurationException::reason)
                .isEqualTo(Reason.INVALID_ARGUMENT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "accept 10.0.0.1",
                "reject 10.0.0.0/8",
                "accept 0.0.0.0/0",
                "reject 10.0.0.1/255.0.0.255",
                "accept 10.0.0.10-10.0.0.20",
                "reject fd00:0:0:0:0:0:0:1",
                "accept fd00:0:0:0:0:0:0:0/16",
                "reject fd00:0:0:0:0:0:0:1-fd00:0:0:0:0:0:0:ff",
                "accept fd00:0:0:0:0:0:0:1/ff00:0:0:0:0:0:0:ffff"
            })
    void rulesAreReadAsTheyAreWritten(String text) {
        AccessRule rule = AccessRule.parse(text);
        assertThat(rule).hasToString(text).isEqualTo(AccessRule.parse(text));
        assertThat(rule.action())
                .isEqualTo(text.startsWith("accept") ? Action.ACCEPT : Action.REJECT);
    }

    @Test
    void rulesMayBeWrittenOtherwise() {
        assertThat(AccessRule.parse("  Accept\t10.0.0.0/255.0.0.0 "))
                .isEqualTo(AccessRule.parse("accept 10.0.0.0/8"))
                .isEqualTo(new AccessRule.Mask(ip("10.0.0.0"), ip("255.0.0.0"), Action.ACCEPT));
        assertThat(AccessRule.parse("reject fe80::1%1")).hasToString("reject fe80:0:0:0:0:0:0:1");
    }

    @ParameterizedTest
    @CsvSource({
        "'', ''",
        "accept, 'accept'",
        "10.0.0.1, 10.0.0.1",
        "permit 10.0.0.1, permit",
        "accept 10.0.0.1 10.0.0.2, NETWORK",
        "accept localhost, 'localhost'",
        "accept 10.0.0.0/33, prefix length",
        "accept 10.0.0.0/, ''",
        "accept 10.0.0.1/8, 'value 10.0.0.1 is not allowed; allowed: no bits outside the mask"
                + " 255.0.0.0, which leaves 10.0.0.0'",
        "accept 10.0.0.0/ffff::, mask",
        "accept 10.0.0.2-10.0.0.1, 'high: value 10.0.0.1'",
        "accept 10.0.0.2-fd00::1, family",
        "accept 10.0.0.2-, ''",
    })
    void refusesWhatIsNoRule(String text, String what) {
        refused(what, () -> AccessRule.parse(text == null ? "" : text));
    }

    @Test
    void rangesAreComparedWithoutSign() {
        assertThat(AccessRule.parse("accept 10.0.0.1-200.0.0.1")).isNotNull();
        refused("high", () -> AccessRule.parse("accept 200.0.0.1-10.0.0.1"));
    }

    @Test
    void onlyADynamicLinkHasAccessRules() {
        LinkConfig dynamic = LinkConfig.dynamicUdp(LOCAL);
        assertThat(dynamic.dynamic()).isTrue();
        assertThat(dynamic.accessRules()).isEmpty();
        List<AccessRule> rules = List.of(AccessRule.parse("accept 10.0.0.0/8"));
        LinkConfig changed = dynamic.withAccessRules(rules).withPriority(3).withPongCount(2);
        assertThat(changed.accessRules()).isEqualTo(rules);

        LinkConfig toPeer = LinkConfig.udp(LOCAL, new InetSocketAddress("10.0.0.2", 5405));
        assertThat(toPeer.dynamic()).isFalse();
        refused("accessRules", () -> toPeer.withAccessRules(rules));
        assertThat(LinkConfig.loopback().dynamic()).isFalse();
        refused("accessRules", () -> LinkConfig.loopback().withAccessRules(rules));
        refused(
                "twice",
                () -> dynamic.withAccessRules(List.of(rules.getFirst(), rules.getFirst())));
        refused("remote", () -> LinkConfig.udp(LOCAL, null));
        refused("local", () -> LinkConfig.dynamicUdp(null));
    }
}
