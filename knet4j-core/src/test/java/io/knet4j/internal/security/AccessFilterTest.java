package io.knet4j.internal.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.knet4j.AccessList;
import io.knet4j.AccessRule;
import io.knet4j.AccessRule.Action;
import io.knet4j.ConfigurationException;
import io.knet4j.Reason;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessFilterTest {
    private final long seed = Long.getLong("knet4j.seed", System.nanoTime());
    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(seed);

    private static AccessFilter filter(String... rules) {
        return AccessFilter.of(Arrays.stream(rules).map(AccessRule::parse).toList());
    }

    private static boolean accepts(AccessFilter filter, String address) {
        return filter.accepts(InetAddress.ofLiteral(address));
    }

    @Test
    void noRuleAcceptsNothing() {
        assertThat(accepts(AccessFilter.EMPTY, "10.0.0.1")).isFalse();
        assertThat(accepts(AccessFilter.EMPTY, "::1")).isFalse();
        assertThat(accepts(filter("reject 10.0.0.1"), "10.0.0.2")).isFalse();
    }

    /** libknet 1.35 takes a list whose first rule accepts one address for an empty one. */
    @Test
    void aListThatStartsWithAnAddressToAcceptIsNotEmpty() {
        assertThat(accepts(filter("accept 10.0.0.1"), "10.0.0.1")).isTrue();
        assertThat(accepts(filter("accept fd00::1"), "fd00::1")).isTrue();
    }

    /** The list by which libknet tests its own, and what it is to say. */
    @ParameterizedTest
    @CsvSource({"192.168., .", "3ffe::, :"})
    void firstMatchWins(String prefix, String separator) {
        boolean ipv6 = separator.equals(":");
        String network = prefix + "2" + separator + "0";
        String nine = ipv6 ? "ffff:ffff:ffff:ffff:ffff:ffff:ffff:0" : "255.255.255.0";
        String eight = ipv6 ? "ffff:ffff:ffff:ffff:ffff:ffff:fffe:0" : "255.255.254.0";
        String zero = prefix + "0" + separator;
        AccessFilter list =
                filter(
                        "reject " + zero + "3",
                        "accept " + zero + "1",
                        "reject " + zero + "10-" + zero + "20",
                        "accept " + zero + "0-" + zero + "255",
                        "reject " + network + "/" + nine,
                        "accept " + network + "/" + eight);
        assertThat(accepts(list, zero + "3")).isFalse();
        assertThat(accepts(list, zero + "1")).isTrue();
        assertThat(accepts(list, zero + "11")).isFalse();
        assertThat(accepts(list, zero + "8")).isTrue();
        String exception = prefix + "2" + separator + "1";
        assertThat(accepts(list, exception)).isFalse();
        assertThat(accepts(list, prefix + "3" + separator + "1")).isTrue();

        AccessRule rule = AccessRule.parse("accept " + exception);
        AccessFilter changed = list.with(3, rule);
        assertThat(changed.rules().indexOf(rule)).isEqualTo(3);
        assertThat(accepts(changed, exception)).isTrue();
        for (AccessRule each : changed.rules()) {
            changed = changed.without(each);
        }
        assertThat(changed).isSameAs(AccessFilter.EMPTY);
    }

    @Test
    void anAddressOfOneFamilyIsNotMatchedByRulesForTheOther() {
        AccessFilter all4 = filter("accept 0.0.0.0/0");
        assertThat(accepts(all4, "255.255.255.255")).isTrue();
        assertThat(accepts(all4, "::")).isFalse();
        assertThat(accepts(all4, "::a00:1")).isFalse();
        AccessFilter all6 = filter("accept ::/0");
        assertThat(accepts(all6, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")).isTrue();
        assertThat(accepts(all6, "10.0.0.1")).isFalse();
    }

    @Test
    void theHighestAddressIsTheEndOfARange() {
        AccessFilter list = filter("accept 255.255.255.254-255.255.255.255", "accept ffff::/16");
        assertThat(accepts(list, "255.255.255.253")).isFalse();
        assertThat(accepts(list, "255.255.255.255")).isTrue();
        assertThat(accepts(list, "0.0.0.0")).isFalse();
        assertThat(accepts(list, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")).isTrue();
        assertThat(accepts(list, "::")).isFalse();
    }

    @Test
    void scopesDoNotCount() throws UnknownHostException {
        byte[] bytes = InetAddress.ofLiteral("fe80::1").getAddress();
        AccessFilter list = filter("accept fe80::1");
        assertThat(list.accepts(java.net.Inet6Address.getByAddress("", bytes, 7))).isTrue();
    }

    @Test
    void masksMayHaveHoles() {
        AccessFilter list = filter("reject 10.0.3.1/255.0.3.255", "accept 10.0.0.1/255.0.0.255");
        assertThat(accepts(list, "10.7.4.1")).isTrue();
        assertThat(accepts(list, "10.7.3.1")).isFalse();
        assertThat(accepts(list, "10.7.4.2")).isFalse();
        AccessFilter behind = filter("accept 10.7.3.1", "reject 10.0.3.1/255.0.3.255");
        assertThat(accepts(behind, "10.7.3.1")).isTrue();
    }

    @Test
    void rulesStandWhereTheyAreInserted() {
        AccessFilter list = AccessFilter.EMPTY;
        list = list.with(-1, AccessRule.parse("accept 10.0.0.1"));
        list = list.with(0, AccessRule.parse("accept 10.0.0.2"));
        list = list.with(1, AccessRule.parse("accept 10.0.0.3"));
        list = list.with(3, AccessRule.parse("accept 10.0.0.4"));
        list = list.with(99, AccessRule.parse("accept 10.0.0.5"));
        list = list.with(2, AccessRule.parse("accept 10.0.0.6"));
        assertThat(list.rules())
                .extracting(AccessRule::toString)
                .containsExactly(
                        "accept 10.0.0.2",
                        "accept 10.0.0.3",
                        "accept 10.0.0.6",
                        "accept 10.0.0.1",
                        "accept 10.0.0.4",
                        "accept 10.0.0.5");
    }

    @Test
    void refusesDuplicatesBadPlacesAndTooManyRules() {
        AccessFilter list = filter("accept 10.0.0.1");
        refused(Reason.ALREADY_EXISTS, list, 0, "accept 10.0.0.1");
        refused(Reason.INVALID_ARGUMENT, list, -2, "accept 10.0.0.2");
        assertThat(list.with(0, AccessRule.parse("reject 10.0.0.1")).rules()).hasSize(2);
        assertThat(list.without(AccessRule.parse("reject 10.0.0.1"))).isSameAs(list);

        List<AccessRule> many = new ArrayList<>();
        for (int i = 0; i < AccessList.MAX_RULES; i++) {
            many.add(AccessRule.parse("accept 10.1." + (i >>> 8) + '.' + (i & 0xff)));
        }
        refused(Reason.INVALID_ARGUMENT, AccessFilter.of(many), 0, "accept 10.0.0.2");
    }

    private static void refused(Reason reason, AccessFilter list, int index, String rule) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> list.with(index, AccessRule.parse(rule)))
                .extracting(ConfigurationException::reason)
                .isEqualTo(reason);
    }

    // ---- against the definition

    /** What a list says, by its definition. */
    private static boolean firstMatch(List<AccessRule> rules, InetAddress source) {
        byte[] bytes = source.getAddress();
        for (AccessRule rule : rules) {
            boolean matches =
                    switch (rule) {
                        case AccessRule.Address r -> Arrays.equals(bytes, r.address().getAddress());
                        case AccessRule.Range r ->
                                r.low().getAddress().length == bytes.length
                                        && Arrays.compareUnsigned(bytes, r.low().getAddress()) >= 0
                                        && Arrays.compareUnsigned(bytes, r.high().getAddress())
                                                <= 0;
                        case AccessRule.Mask r -> {
                            byte[] mask = r.mask().getAddress();
                            byte[] masked = bytes.clone();
                            for (int i = 0; i < bytes.length && mask.length == bytes.length; i++) {
                                masked[i] &= mask[i];
                            }
                            yield Arrays.equals(masked, r.network().getAddress());
                        }
                    };
            if (matches) {
                return rule.action() == Action.ACCEPT;
            }
        }
        return false;
    }

    /** Few bits vary, so that rules overlap; and the highest and lowest addresses occur. */
    private InetAddress address(boolean ipv6) {
        byte[] bytes = new byte[ipv6 ? 16 : 4];
        if (random.nextInt(4) == 0) {
            Arrays.fill(bytes, (byte) (random.nextBoolean() ? 0 : 0xff));
        }
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextBoolean() ? bytes.length - 1 : random.nextInt(bytes.length);
            bytes[at] = (byte) (random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(-3, 4));
        }
        return address(bytes);
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private AccessRule rule() {
        boolean ipv6 = random.nextBoolean();
        Action action = random.nextBoolean() ? Action.ACCEPT : Action.REJECT;
        InetAddress one = address(ipv6);
        InetAddress other = address(ipv6);
        byte[] low = one.getAddress();
        byte[] high = other.getAddress();
        if (low.length != high.length) {
            return new AccessRule.Address(one, action); // one is IPv4 in IPv6
        }
        return switch (random.nextInt(4)) {
            case 0 -> new AccessRule.Address(one, action);
            case 1 ->
                    Arrays.compareUnsigned(low, high) <= 0
                            ? new AccessRule.Range(one, other, action)
                            : new AccessRule.Range(other, one, action);
            case 2 -> {
                int bits = random.nextInt(8 * low.length + 1);
                yield AccessRule.Mask.ofPrefix(
                        address(and(low, prefix(low.length, bits))), bits, action);
            }
            default -> {
                byte[] mask = prefix(low.length, random.nextInt(8 * low.length + 1));
                for (int i = random.nextInt(3); i >= 0; i--) {
                    mask[random.nextInt(mask.length)] ^= (byte) (1 << random.nextInt(8));
                }
                if (address(mask).getAddress().length != mask.length) {
                    mask[0] = 1;
                }
                byte[] network = and(low, mask);
                yield address(network).getAddress().length == network.length
                        ? new AccessRule.Mask(address(network), address(mask), action)
                        : new AccessRule.Address(one, action);
            }
        };
    }

    private static byte[] prefix(int length, int bits) {
        byte[] mask = new byte[length];
        for (int i = 0; i < bits; i++) {
            mask[i / 8] |= (byte) (0x80 >>> i % 8);
        }
        return mask;
    }

    private static byte[] and(byte[] one, byte[] other) {
        byte[] result = new byte[one.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = (byte) (one[i] & other[i]);
        }
        return result;
    }

    private List<AccessRule> rules(int most) {
        Set<AccessRule> rules = new LinkedHashSet<>();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            rules.add(rule());
        }
        return List.copyOf(rules);
    }

    /** Addresses at and beside the edges of the rules, and some others. */
    private List<InetAddress> probes(List<AccessRule> rules) {
        List<InetAddress> probes = new ArrayList<>();
        for (AccessRule rule : rules) {
            switch (rule) {
                case AccessRule.Address r -> probes.add(r.address());
                case AccessRule.Range r -> probes.addAll(List.of(r.low(), r.high()));
                case AccessRule.Mask r -> probes.add(r.network());
            }
        }
        for (InetAddress edge : List.copyOf(probes)) {
            byte[] bytes = edge.getAddress();
            bytes[bytes.length - 1]++;
            probes.add(address(bytes));
            bytes[bytes.length - 1] = (byte) (bytes[bytes.length - 1] - 2);
            probes.add(address(bytes));
        }
        for (int i = 0; i < 50; i++) {
            probes.add(address(random.nextBoolean()));
        }
        return probes;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 40, 300})
    void saysWhatTheDefinitionSays(int most) {
        int[] answers = new int[2];
        for (int round = 0; round < 20_000 / most; round++) {
            List<AccessRule> rules = rules(most);
            AccessFilter filter = AccessFilter.of(rules);
            assertThat(filter.rules()).isEqualTo(rules);
            for (InetAddress probe : probes(rules)) {
                boolean expected = firstMatch(rules, probe);
                answers[expected ? 1 : 0]++;
                assertThat(filter.accepts(probe))
                        .as("seed %s: %s by %s", seed, probe, rules)
                        .isEqualTo(expected);
            }
        }
        assertThat(answers[0]).isGreaterThan(1000);
        assertThat(answers[1]).isGreaterThan(1000);
    }

    @Test
    void theUnionMayAcceptWhatOneOfItsFiltersAccepts() {
        int[] answers = new int[2];
        for (int round = 0; round < 300; round++) {
            AccessUnion union = new AccessUnion();
            List<AccessFilter> filters = new ArrayList<>();
            List<AccessRule> all = new ArrayList<>();
            for (int change = 0; change < 12; change++) {
                if (!filters.isEmpty() && random.nextInt(3) == 0) {
                    union.remove(filters.remove(random.nextInt(filters.size())));
                } else {
                    AccessFilter filter = AccessFilter.of(rules(6));
                    filters.add(filter);
                    union.add(filter);
                    all.addAll(filter.rules());
                }
                boolean exact =
                        filters.stream()
                                .flatMap(filter -> filter.rules().stream())
                                .noneMatch(AccessFilterTest::hasHoles);
                for (InetAddress probe : probes(all)) {
                    boolean accepted = filters.stream().anyMatch(f -> f.accepts(probe));
                    if (accepted || exact) {
                        answers[accepted ? 1 : 0]++;
                        assertThat(union.mayAccept(probe))
                                .as("seed %s: %s by %s", seed, probe, filters)
                                .isEqualTo(accepted);
                    }
                }
            }
        }
        assertThat(answers[0]).isGreaterThan(1000);
        assertThat(answers[1]).isGreaterThan(1000);
    }

    private static boolean hasHoles(AccessRule rule) {
        return rule instanceof AccessRule.Mask && rule.toString().matches(".*/.*[.:].*");
    }

    @Test
    void manyRulesMayShareAMaskWithHoles() {
        for (int round = 0; round < 100; round++) {
            Set<AccessRule> rules = new LinkedHashSet<>();
            for (int i = 0; i < 60; i++) {
                String action = random.nextBoolean() ? "accept " : "reject ";
                String mask = random.nextInt(3) == 0 ? "/255.0.255.0" : "/255.0.255.255";
                String last = mask.endsWith(".0") ? "0" : "" + random.nextInt(4);
                rules.add(
                        AccessRule.parse(action + "10.0." + random.nextInt(8) + '.' + last + mask));
                rules.add(AccessRule.parse(action + "10." + random.nextInt(8) + ".1.1"));
            }
            List<AccessRule> list = List.copyOf(rules);
            AccessFilter filter = AccessFilter.of(list);
            for (int i = 0; i < 200; i++) {
                InetAddress probe =
                        InetAddress.ofLiteral(
                                "10."
                                        + random.nextInt(9)
                                        + '.'
                                        + random.nextInt(9)
                                        + '.'
                                        + random.nextInt(5));
                assertThat(filter.accepts(probe))
                        .as("seed %s: %s by %s", seed, probe, list)
                        .isEqualTo(firstMatch(list, probe));
            }
        }
    }

    // ---- cost

    /** A thousand rules are looked up in less than 1 µs; the best of several rounds counts. */
    @ParameterizedTest
    @ValueSource(strings = {"10.%d.%d.1", "fd00:%d::%d:1"})
    void aThousandRulesCostLessThanAMicrosecond(String pattern) {
        List<AccessRule> rules = new ArrayList<>();
        List<InetAddress> sources = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            String address = String.format(pattern, i >>> 8, i & 0xff);
            rules.add(AccessRule.parse((i % 3 == 0 ? "reject " : "accept ") + address));
            sources.add(InetAddress.ofLiteral(address));
            sources.add(InetAddress.ofLiteral(String.format(pattern, 7, i & 0xff)));
        }
        AccessFilter filter = AccessFilter.of(rules);
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 200 && best > 500; round++) {
            int accepted = 0;
            long start = System.nanoTime();
            for (InetAddress source : sources) {
                accepted += filter.accepts(source) ? 1 : 0;
            }
            best = Math.min(best, (System.nanoTime() - start) / (double) sources.size());
            assertThat(accepted).isEqualTo(666);
        }
        assertThat(best).as("nanoseconds per look-up").isLessThan(1000);
    }
}
