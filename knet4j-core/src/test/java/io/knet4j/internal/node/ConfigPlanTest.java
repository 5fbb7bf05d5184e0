package io.knet4j.internal.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.ClearTraffic;
import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.ConfigChange;
import io.knet4j.ConfigChange.AccessListsSwitched;
import io.knet4j.ConfigChange.ClearTrafficChanged;
import io.knet4j.ConfigChange.CompressionChanged;
import io.knet4j.ConfigChange.CryptoSlotChanged;
import io.knet4j.ConfigChange.DscpChanged;
import io.knet4j.ConfigChange.FlapControlChanged;
import io.knet4j.ConfigChange.HostAdded;
import io.knet4j.ConfigChange.HostRemoved;
import io.knet4j.ConfigChange.HostRenamed;
import io.knet4j.ConfigChange.InterfaceMtuChanged;
import io.knet4j.ConfigChange.LinkAdded;
import io.knet4j.ConfigChange.LinkChanged;
import io.knet4j.ConfigChange.LinkRemoved;
import io.knet4j.ConfigChange.OnWireVersionForced;
import io.knet4j.ConfigChange.PathMtuIntervalChanged;
import io.knet4j.ConfigChange.PolicyChanged;
import io.knet4j.ConfigChange.SendingSlotChanged;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.CryptoSettings;
import io.knet4j.FlapControl;
import io.knet4j.HostConfig;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.NodeConfig;
import io.knet4j.SharedKey;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ConfigPlanTest {
    private static final int RUNS = 3000;

    private static final List<CryptoConfig> CRYPTO =
            List.of(
                    CryptoConfig.aes256Sha256(SharedKey.of(new byte[200])),
                    CryptoConfig.aes256Sha256(SharedKey.of(new byte[200])),
                    new CryptoConfig(
                            CryptoCipher.NONE, CryptoHash.SHA512, SharedKey.of(new byte[300])));

    private static InetSocketAddress address(String host, int port) {
        return new InetSocketAddress(host, port);
    }

    private static LinkConfig link(int number) {
        return LinkConfig.udp(address("10.0.0." + number, 5405), address("10.0.1." + number, 5405));
    }

    private static NodeConfig.Builder cluster() {
        return NodeConfig.builder()
                .host(2, HostConfig.named("db-2").withLink(0, link(1)).withLink(1, link(2)))
                .host(3, HostConfig.named("db-3").withLink(0, link(3)));
    }

    private static List<String> texts(NodeConfig current, NodeConfig desired) {
        return ConfigPlan.between(current, desired).stream().map(ConfigChange::toString).toList();
    }

    // ---- random configurations

    private static NodeConfig random(SplittableRandom random, String names) {
        NodeConfig.Builder builder = NodeConfig.builder();
        for (int id = 1; id <= 5; id++) {
            if (random.nextInt(4) > 0) {
                builder.host(id, host(random, HostConfig.named(names + id)));
            }
        }
        int slots = random.nextInt(4);
        CryptoSettings crypto = CryptoSettings.NONE;
        for (int slot = 1; slot <= 2; slot++) {
            if ((slots & slot) != 0) {
                crypto = crypto.withSlot(slot, CRYPTO.get(random.nextInt(CRYPTO.size())));
            }
        }
        int sending = random.nextInt(3);
        return builder.crypto(
                        crypto.withSendingSlot(
                                        (slots & sending) == sending && sending < 3 ? sending : 0)
                                .withClearTraffic(pick(random, ClearTraffic.values())))
                .compression(
                        random.nextBoolean()
                                ? CompressionConfig.NONE
                                : CompressionConfig.of(CompressionMethod.ZLIB)
                                        .withLevel(random.nextInt(3)))
                .interfaceMtu(maybe(random, 1000 + random.nextInt(3)))
                .pathMtuInterval(Duration.ofSeconds(1 + random.nextInt(2)))
                .accessLists(random.nextBoolean())
                .dscp(random.nextInt(2))
                .onWireVersion(maybe(random, 1))
                .flapControl(FlapControl.OFF.withHoldDown(Duration.ofSeconds(random.nextInt(2))))
                .build();
    }

    private static HostConfig host(SplittableRandom random, HostConfig config) {
        HostConfig host = config.withPolicy(pick(random, LinkPolicy.values()));
        for (int link = 0; link < 3; link++) {
            if (random.nextBoolean()) {
                host =
                        host.withLink(
                                link,
                                link(1 + random.nextInt(2))
                                        .withEnabled(random.nextInt(3) > 0)
                                        .withPriority(random.nextInt(3))
                                        .withPongCount(1 + random.nextInt(2))
                                        .withHighPriorityTraffic(random.nextBoolean())
                                        .withPing(
                                                Duration.ofMillis(1 + random.nextInt(2)),
                                                Duration.ofMillis(1 + random.nextInt(2)),
                                                1 + random.nextInt(2)));
            }
        }
        return host;
    }

    private static <T> T pick(SplittableRandom random, T[] values) {
        return values[random.nextInt(values.length)];
    }

    private static OptionalInt maybe(SplittableRandom random, int value) {
        return random.nextBoolean() ? OptionalInt.of(value) : OptionalInt.empty();
    }

    // ---- what changes mean, one after the other

    private static NodeConfig after(NodeConfig config, ConfigChange change) {
        NodeConfig.Builder builder = config.toBuilder();
        switch (change) {
            case CryptoSlotChanged _, SendingSlotChanged _, ClearTrafficChanged _ -> {
                // all at once, by crypto()
            }
            case CompressionChanged c -> builder.compression(c.after());
            case InterfaceMtuChanged c -> builder.interfaceMtu(c.after());
            case PathMtuIntervalChanged c -> builder.pathMtuInterval(c.after());
            case AccessListsSwitched c -> builder.accessLists(c.after());
            case DscpChanged c -> builder.dscp(c.after());
            case OnWireVersionForced c -> builder.onWireVersion(c.after());
            case FlapControlChanged c -> builder.flapControl(c.after());
            case HostRemoved c -> {
                assertThat(builder.hosts()).containsEntry(c.host(), c.config());
                builder.withoutHost(c.host());
            }
            case HostRenamed c ->
                    builder.host(c.host(), host(config, c.host()).withName(c.after()));
            case PolicyChanged c ->
                    builder.host(c.host(), host(config, c.host()).withPolicy(c.after()));
            case LinkRemoved c -> {
                assertThat(host(config, c.host()).links()).containsEntry(c.link(), c.config());
                builder.host(c.host(), host(config, c.host()).withoutLink(c.link()));
            }
            case LinkChanged c -> {
                assertThat(host(config, c.host()).links()).containsEntry(c.link(), c.before());
                builder.host(c.host(), host(config, c.host()).withLink(c.link(), c.after()));
            }
            case LinkAdded c -> {
                assertThat(host(config, c.host()).links()).doesNotContainKey(c.link());
                builder.host(c.host(), host(config, c.host()).withLink(c.link(), c.config()));
            }
            case HostAdded c -> {
                assertThat(builder.hosts()).doesNotContainKey(c.host());
                builder.host(c.host(), c.config());
            }
        }
        return builder.build();
    }

    private static HostConfig host(NodeConfig config, int id) {
        return config.hosts().get(id);
    }

    private static CryptoSettings crypto(CryptoSettings before, List<ConfigChange> changes) {
        Optional<CryptoConfig> slot1 = before.slot1();
        Optional<CryptoConfig> slot2 = before.slot2();
        int sending = before.sendingSlot();
        ClearTraffic clear = before.clearTraffic();
        for (ConfigChange change : changes) {
            switch (change) {
                case CryptoSlotChanged c when c.slot() == 1 -> slot1 = c.after();
                case CryptoSlotChanged c -> slot2 = c.after();
                case SendingSlotChanged c -> sending = c.after();
                case ClearTrafficChanged c -> clear = c.after();
                default -> {}
            }
        }
        return new CryptoSettings(slot1, slot2, sending, clear);
    }

    @Test
    void whatIsPlannedLeadsFromAnyConfigurationToAnyOther() {
        long seed = Long.getLong("knet4j.seed", 20_264L);
        SplittableRandom random = new SplittableRandom(seed);
        for (int run = 0; run < RUNS; run++) {
            // Names change all together: one by one, they could meet on the way.
            NodeConfig current = random(random, random.nextBoolean() ? "host-" : "old-");
            NodeConfig desired = random.nextInt(50) == 0 ? current : random(random, "host-");
            List<ConfigChange> changes = ConfigPlan.between(current, desired);
            NodeConfig reached = current;
            for (ConfigChange change : changes) {
                assertThat(change.toString()).isNotBlank();
                reached = after(reached, change);
            }
            reached = reached.toBuilder().crypto(crypto(current.crypto(), changes)).build();
            assertThat(reached).as("seed %d, run %d", seed, run).isEqualTo(desired);
            assertThat(ConfigPlan.between(desired, desired)).isEmpty();
            assertThat(changes.isEmpty()).isEqualTo(current.equals(desired));
        }
    }

    // ---- what people read

    @Test
    void saysWhatChangesInOrder() {
        NodeConfig current = cluster().build();
        NodeConfig desired =
                cluster()
                        .withoutHost(3)
                        .host(
                                2,
                                HostConfig.named("db-two")
                                        .withPolicy(LinkPolicy.ACTIVE)
                                        .withLink(1, link(2).withPriority(5))
                                        .withLink(2, link(4).withEnabled(false)))
                        .host(4, HostConfig.named("db-4").withLink(0, link(5)).withLink(1, link(6)))
                        .host(5, HostConfig.named("5").withLink(0, LinkConfig.loopback()))
                        .host(6, HostConfig.named("6"))
                        .interfaceMtu(OptionalInt.of(1500))
                        .onWireVersion(OptionalInt.of(1))
                        .compression(CompressionConfig.of(CompressionMethod.ZLIB).withLevel(3))
                        .build();
        assertThat(texts(current, desired))
                .containsExactly(
                        "compression: none -> zlib level 3, threshold 100 bytes",
                        "interface MTU: not set -> 1500 bytes",
                        "on-wire version: negotiated -> 1",
                        "host 3 (db-3): removed",
                        "host 2: name db-2 -> db-two",
                        "host 2: policy passive -> active",
                        "link 0 of host 2: removed",
                        "link 1 of host 2: priority 0 -> 5",
                        "link 2 of host 2: added, 10.0.0.4:5405 -> 10.0.1.4:5405, disabled",
                        "host 4 (db-4): added with 2 links",
                        "host 5: added with 1 link",
                        "host 6: added with no links");
        assertThat(texts(desired, current))
                .contains(
                        "compression: zlib level 3, threshold 100 bytes -> none",
                        "link 0 of host 2: added, 10.0.0.1:5405 -> 10.0.1.1:5405",
                        "host 5: removed");
    }

    @Test
    void saysEverythingAboutALink() {
        NodeConfig current = cluster().build();
        LinkConfig changed =
                LinkConfig.udp(address("fd00::1", 5406), address("fd00::2", 5407))
                        .withEnabled(false)
                        .withPriority(7)
                        .withPing(Duration.ofMillis(200), Duration.ofNanos(1_500_000), 9)
                        .withPongCount(3)
                        .withHighPriorityTraffic(true);
        NodeConfig desired =
                cluster().host(3, HostConfig.named("db-3").withLink(0, changed)).build();
        assertThat(texts(current, desired))
                .containsExactly(
                        "link 0 of host 3: local 10.0.0.3:5405 -> [fd00:0:0:0:0:0:0:1]:5406,"
                                + " remote 10.0.1.3:5405 -> [fd00:0:0:0:0:0:0:2]:5407, disabled,"
                                + " priority 0 -> 7, ping interval 1 s -> 200 ms, ping timeout 2 s"
                                + " -> 1500 µs, ping precision 2048 -> 9, pong count 5 -> 3, high"
                                + " priority traffic false -> true (starts anew)");
        assertThat(texts(desired, current)).first().asString().contains("enabled, priority 7 -> 0");
    }

    @Test
    void addressesThatDifferInTheInterfaceOnlyDiffer() throws Exception {
        byte[] bytes = address("fe80::1", 1).getAddress().getAddress();
        InetSocketAddress remote = address("fe80::2", 5405);
        NodeConfig one =
                NodeConfig.builder()
                        .host(2, HostConfig.named("2").withLink(0, local(bytes, 1, remote)))
                        .build();
        NodeConfig other =
                NodeConfig.builder()
                        .host(2, HostConfig.named("2").withLink(0, local(bytes, 2, remote)))
                        .build();
        assertThat(texts(one, other))
                .containsExactly(
                        "link 0 of host 2: local [fe80:0:0:0:0:0:0:1%1]:5405 ->"
                                + " [fe80:0:0:0:0:0:0:1%2]:5405 (starts anew)");
    }

    private static LinkConfig local(byte[] bytes, int scope, InetSocketAddress remote)
            throws Exception {
        return LinkConfig.udp(
                new InetSocketAddress(java.net.Inet6Address.getByAddress(null, bytes, scope), 5405),
                remote);
    }

    @Test
    void saysNothingAboutKeys() {
        byte[] secret = new byte[200];
        new SplittableRandom(3).nextBytes(secret);
        CryptoConfig first = CryptoConfig.aes256Sha256(SharedKey.of(secret));
        CryptoConfig second = CryptoConfig.aes256Sha256(SharedKey.of(new byte[200]));
        NodeConfig clear = NodeConfig.builder().build();
        NodeConfig one = NodeConfig.builder().crypto(CryptoSettings.of(first)).build();
        NodeConfig two =
                one.toBuilder().crypto(one.crypto().withSlot(2, first).withSlot(1, second)).build();
        assertThat(texts(clear, one))
                .containsExactly(
                        "crypto slot 1: empty -> aes256 with sha256, key of 200 bytes",
                        "crypto: sending clear -> by slot 1",
                        "crypto: clear traffic allow -> refuse");
        assertThat(texts(one, two))
                .containsExactly(
                        "crypto slot 1: aes256 with sha256, key of 200 bytes -> aes256 with sha256,"
                                + " key of 200 bytes (another key)",
                        "crypto slot 2: empty -> aes256 with sha256, key of 200 bytes");
    }
}
