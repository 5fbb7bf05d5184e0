package io.knet4j.testkit;

import static io.knet4j.testkit.Rig.SMALL;
import static io.knet4j.testkit.Rig.ms;
import static io.knet4j.testkit.SimCluster.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.knet4j.ClearTraffic;
import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.ConfigChange;
import io.knet4j.ConfigurationException;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.CryptoSettings;
import io.knet4j.CryptoStatus;
import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.HostConfig;
import io.knet4j.Knet;
import io.knet4j.KnetClosedException;
import io.knet4j.KnetEvent;
import io.knet4j.Link;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.NodeConfig;
import io.knet4j.Reason;
import io.knet4j.SharedKey;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nodes that are brought to whole configurations while messages flow. */
class ConfigurationScenariosTest {
    private static final byte[] OLD = bytes(1);
    private static final byte[] NEW = bytes(2);

    private static byte[] bytes(int seed) {
        byte[] bytes = new byte[256];
        java.util.Arrays.fill(bytes, (byte) seed);
        return bytes;
    }

    private static CryptoConfig crypto(byte[] key) {
        return CryptoConfig.aes256Sha256(SharedKey.of(key));
    }

    private static CryptoConfig closedCrypto(byte[] key) {
        SharedKey closed = SharedKey.of(key);
        closed.close();
        return CryptoConfig.aes256Sha256(closed);
    }

    private static void refused(Reason reason, String message, ThrowingCallable call) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(call)
                .withMessageContaining(message)
                .extracting(ConfigurationException::reason)
                .isEqualTo(reason);
    }

    private static NodeConfig with(Knet node, int host, UnaryOperator<HostConfig> change) {
        NodeConfig now = node.nodeConfig();
        return now.toBuilder().host(host, change.apply(now.hosts().get(host))).build();
    }

    private static UnaryOperator<HostConfig> link(int id, UnaryOperator<LinkConfig> change) {
        return host -> host.withLink(id, change.apply(host.links().get(id)));
    }

    private static List<String> texts(List<ConfigChange> changes) {
        return changes.stream().map(ConfigChange::toString).toList();
    }

    @Test
    void tellsPlansAndMakesChanges() {
        Rig.run(
                LinkPolicy.ACTIVE,
                2,
                2,
                rig -> {
                    Knet node = rig.node(1);
                    NodeConfig before = node.nodeConfig();
                    assertThat(before.hosts()).containsOnlyKeys(2);
                    assertThat(before.hosts().get(2).policy()).isEqualTo(LinkPolicy.ACTIVE);
                    assertThat(before.hosts().get(2).links().get(1))
                            .isEqualTo(rig.cluster().host(1, 2).link(1).orElseThrow().config());
                    assertThat(node.plan(before)).isEmpty();
                    assertThat(node.apply(before)).isEmpty();
                    NodeConfig desired = with(node, 2, link(1, config -> config.withPriority(5)));
                    List<ConfigChange> plan = node.plan(desired);
                    assertThat(texts(plan)).containsExactly("link 1 of host 2: priority 0 -> 5");
                    assertThat(node.nodeConfig()).isEqualTo(before);
                    assertThat(node.apply(desired)).isEqualTo(plan);
                    assertThat(node.nodeConfig()).isEqualTo(desired);
                    node.close();
                    assertThatExceptionOfType(KnetClosedException.class)
                            .isThrownBy(() -> node.apply(before));
                    assertThatExceptionOfType(KnetClosedException.class)
                            .isThrownBy(node::nodeConfig);
                });
    }

    @Test
    void aNodeCanBeConfiguredAsAWhole() {
        SimNetwork.simulate(
                Rig.SEED,
                network -> {
                    List<Knet> nodes = new ArrayList<>();
                    for (int id = 1; id <= 2; id++) {
                        int other = 3 - id;
                        Knet node = network.open(Knet.builder(id).build());
                        nodes.add(node);
                        HostConfig host = HostConfig.named("peer");
                        for (int link = 0; link < 3; link++) {
                            host =
                                    host.withLink(
                                            link,
                                            LinkConfig.udp(address(id, link), address(other, link))
                                                    .withPing(ms(50), ms(200)));
                        }
                        node.apply(
                                NodeConfig.builder()
                                        .host(other, host.withPolicy(LinkPolicy.ROUND_ROBIN))
                                        .host(
                                                id,
                                                HostConfig.named("self")
                                                        .withLink(0, LinkConfig.loopback()))
                                        .crypto(CryptoSettings.of(crypto(OLD)))
                                        .compression(CompressionConfig.of(CompressionMethod.ZLIB))
                                        .interfaceMtu(OptionalInt.of(1500))
                                        .build());
                        node.startForwarding();
                    }
                    Checker checker = Checker.attach(network);
                    nodes.forEach(node -> checker.watch(node, 0));
                    network.advance(ms(1000));
                    for (int i = 0; i < 300; i++) {
                        checker.send(nodes.get(i % 2), 0, Destination.broadcast(), 20 + 10 * i);
                        network.advance(ms(1));
                    }
                    network.advance(ms(200));
                    for (Knet from : nodes) {
                        for (Knet to : nodes) {
                            checker.requireAll(from, to);
                        }
                    }
                    nodes.forEach(node -> node.apply(NodeConfig.builder().build()));
                    checker.finish();
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void whatDoesNotConcernAddressesLeavesLinksUpAndLosesNothing(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                3,
                rig -> {
                    Knet node = rig.node(1);
                    for (int link = 0; link < 3; link++) {
                        rig.cluster().change(link, now -> now.withLocalMaxPayload(1472));
                    }
                    List<KnetEvent> events = rig.events(1);
                    events.addAll(rig.events(2));
                    for (int round = 0; round < 40; round++) {
                        int i = round;
                        NodeConfig desired =
                                with(
                                        node,
                                        2,
                                        host ->
                                                link(
                                                                i % 3,
                                                                config ->
                                                                        config.withPriority(i % 7)
                                                                                .withPing(
                                                                                        ms(
                                                                                                10
                                                                                                        + i
                                                                                                                % 50),
                                                                                        ms(100 + i),
                                                                                        1 + i)
                                                                                .withPongCount(
                                                                                        1 + i % 5))
                                                        .andThen(
                                                                other -> other.withName("name" + i))
                                                        .andThen(other ->
                                                                other.withPolicy(
                                                                        List.of(LinkPolicy.values())
                                                                                .get(i % 3)))
                                                        .apply(host));
                        desired =
                                desired.toBuilder()
                                        .interfaceMtu(
                                                i % 4 == 0
                                                        ? OptionalInt.empty()
                                                        : OptionalInt.of(600 + 100 * (i % 7)))
                                        .compression(
                                                i % 2 == 0
                                                        ? CompressionConfig.NONE
                                                        : CompressionConfig.of(
                                                                        CompressionMethod.ZLIB)
                                                                .withLevel(1 + i % 9))
                                        .build();
                        assertThat(node.apply(desired)).isNotEmpty();
                        assertThat(node.nodeConfig()).isEqualTo(desired);
                        for (int m = 0; m < 10; m++) {
                            rig.stream(1, 2, 1, ms(1), SMALL + 200 * m);
                            rig.stream(2, 1, 1, ms(1), SMALL + 200 * m);
                        }
                    }
                    rig.settle();
                    rig.requireAll(1, 2);
                    rig.requireAll(2, 1);
                    assertThat(Rig.of(KnetEvent.LinkDown.class, events)).isEmpty();
                    assertThat(rig.drops(2, DropCause.DUPLICATE_PONG)).isZero();
                });
    }

    @Test
    void namesMayBeSwappedAndGoFromOneHostToAnother() {
        Rig.run(
                LinkPolicy.PASSIVE,
                3,
                1,
                rig -> {
                    Knet node = rig.node(1);
                    NodeConfig now = node.nodeConfig();
                    HostConfig two = now.hosts().get(2);
                    HostConfig three = now.hosts().get(3);
                    List<ConfigChange> changes =
                            node.apply(
                                    now.toBuilder()
                                            .host(2, two.withName("3"))
                                            .host(3, three.withName("2"))
                                            .build());
                    assertThat(texts(changes))
                            .containsExactly("host 2: name 2 -> 3", "host 3: name 3 -> 2");
                    assertThat(node.host("3").orElseThrow().id()).isEqualTo(2);
                    rig.burst(1, 2, 100, SMALL);
                    rig.requireAll(1, 2);
                    changes =
                            node.apply(
                                    now.toBuilder()
                                            .withoutHost(2)
                                            .host(3, three)
                                            .host(4, HostConfig.named("3x").withName("2"))
                                            .build());
                    assertThat(texts(changes))
                            .containsExactly(
                                    "host 2 (3): removed",
                                    "host 3: name 2 -> 3",
                                    "host 4 (2): added with no links");
                    assertThat(node.hosts())
                            .extracting(host -> host.name())
                            .containsExactly("3", "2");
                    rig.burst(3, 1, 100, SMALL);
                    rig.requireAll(3, 1);
                    assertThat(rig.cluster().host(1, 3).status().reachable()).isTrue();
                });
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void aLinkWithAnotherAddressStartsAnewWhileTheOthersCarryOn(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                rig -> {
                    Knet one = rig.node(1);
                    Knet two = rig.node(2);
                    InetSocketAddress moved =
                            new InetSocketAddress(address(1, 0).getAddress(), 6000);
                    Link before = rig.cluster().host(1, 2).link(0).orElseThrow();
                    List<KnetEvent> events = rig.events(1);
                    rig.stream(1, 2, 50, ms(1), SMALL);
                    assertThat(
                                    texts(
                                            one.apply(
                                                    with(
                                                            one,
                                                            2,
                                                            link(
                                                                    0,
                                                                    config ->
                                                                            config.withLocal(
                                                                                    moved))))))
                            .containsExactly(
                                    "link 0 of host 2: local 10.0.0.1:5405 -> 10.0.0.1:6000 (starts"
                                            + " anew)");
                    refused(Reason.NOT_FOUND, "was removed", before::status);
                    rig.stream(1, 2, 300, ms(1), SMALL);
                    assertThat(Rig.of(KnetEvent.LinkDown.class, events)).hasSize(1);
                    assertThat(rig.cluster().host(1, 2).status().activeLinks()).containsExactly(1);
                    two.apply(
                            with(
                                    two,
                                    1,
                                    link(
                                            0,
                                            config ->
                                                    LinkConfig.udp(config.local(), moved)
                                                            .withPing(ms(50), ms(200))
                                                            .withPongCount(2))));
                    rig.stream(1, 2, 500, ms(1), SMALL);
                    rig.settle();
                    assertThat(rig.cluster().isFullyConnected()).isTrue();
                    rig.requireAll(1, 2);
                    assertThat(Rig.of(KnetEvent.HostUnreachable.class, events)).isEmpty();
                    assertThat(rig.network().runtime(two).openSockets())
                            .as("the socket of the local address stays")
                            .isEqualTo(2);
                });
    }

    @Test
    void anAddressThatCannotBeBoundLeavesEverythingAsItWas() {
        Rig.run(
                LinkPolicy.PASSIVE,
                3,
                2,
                rig -> {
                    Knet node = rig.node(1);
                    NodeConfig before = node.nodeConfig();
                    List<KnetEvent> events = rig.events(1);
                    InetSocketAddress free = new InetSocketAddress("10.9.0.1", 7000);
                    NodeConfig desired =
                            before.toBuilder()
                                    .withoutHost(3)
                                    .interfaceMtu(OptionalInt.of(1500))
                                    .crypto(CryptoSettings.NONE.withSlot(1, crypto(OLD)))
                                    .host(
                                            2,
                                            before.hosts()
                                                    .get(2)
                                                    .withName("new")
                                                    .withPolicy(LinkPolicy.ACTIVE)
                                                    .withoutLink(0)
                                                    .withLink(
                                                            4, LinkConfig.udp(free, address(2, 0))))
                                    .host(
                                            7,
                                            HostConfig.named("seven")
                                                    .withLink(
                                                            3,
                                                            LinkConfig.udp(
                                                                    address(2, 0), address(3, 0))))
                                    .build();
                    assertThat(node.plan(desired)).hasSize(8);
                    refused(
                            Reason.ADDRESS_UNAVAILABLE,
                            "host 7 (seven), link 3: local: /10.0.0.2:5405 is in use",
                            () -> node.apply(desired));
                    assertThat(node.nodeConfig()).isEqualTo(before);
                    assertThat(rig.network().runtime(node).openSockets()).isEqualTo(2);
                    rig.stream(1, 2, 100, ms(1), SMALL);
                    rig.stream(3, 1, 100, ms(1), SMALL);
                    rig.settle();
                    rig.requireAll(1, 2);
                    rig.requireAll(3, 1);
                    assertThat(events).isEmpty();
                    // What was bound for it is free again.
                    rig.node(3)
                            .addHost(9)
                            .addLink(0, LinkConfig.udp(free, address(1, 0)).withEnabled(false));
                });
    }

    @Test
    void refusesWhatCannotBeAndChangesNothing() {
        Rig.run(
                LinkPolicy.PASSIVE,
                2,
                1,
                rig -> {
                    Knet node = rig.node(1);
                    NodeConfig before = node.nodeConfig();
                    NodeConfig loopback =
                            with(
                                    node,
                                    2,
                                    host ->
                                            HostConfig.named("db")
                                                    .withLink(3, LinkConfig.loopback()));
                    refused(
                            Reason.INVALID_ARGUMENT,
                            "host 2 (db): transport: value LOOPBACK is not allowed; allowed: UDP",
                            () -> node.plan(loopback));
                    refused(Reason.INVALID_ARGUMENT, "LOOPBACK", () -> node.apply(loopback));
                    NodeConfig version =
                            before.toBuilder().onWireVersion(OptionalInt.of(7)).build();
                    refused(Reason.INVALID_ARGUMENT, "version: value 7", () -> node.apply(version));
                    NodeConfig method =
                            before.toBuilder()
                                    .compression(CompressionConfig.of(CompressionMethod.LZO2))
                                    .build();
                    refused(
                            Reason.INVALID_ARGUMENT,
                            "compression: method: lzo2 is not available",
                            () -> node.plan(method));
                    refused(Reason.INVALID_ARGUMENT, "lzo2", () -> node.apply(method));
                    NodeConfig closed =
                            before.toBuilder()
                                    .crypto(CryptoSettings.NONE.withSlot(2, closedCrypto(OLD)))
                                    .build();
                    refused(
                            Reason.INVALID_ARGUMENT,
                            "crypto slot 2: key: was closed",
                            () -> node.plan(closed));
                    refused(Reason.INVALID_ARGUMENT, "crypto slot 2", () -> node.apply(closed));
                    assertThat(node.nodeConfig()).isEqualTo(before);
                });
    }

    // ---- crypto

    private static void onAll(Rig rig, UnaryOperator<CryptoSettings> change) {
        for (int id = 1; id <= rig.cluster().size(); id++) {
            NodeConfig now = rig.node(id).nodeConfig();
            rig.node(id).apply(now.toBuilder().crypto(change.apply(now.crypto())).build());
            exchange(rig);
        }
    }

    private static void exchange(Rig rig) {
        for (int i = 0; i < 50; i++) {
            rig.stream(1, 2, 1, ms(2), SMALL + 30 * i);
            rig.stream(2, 1, 1, ms(2), SMALL + 30 * i);
        }
    }

    @ParameterizedTest
    @EnumSource(LinkPolicy.class)
    void threeConfigurationsChangeTheKeyWithoutLoss(LinkPolicy policy) {
        Rig.run(
                policy,
                2,
                2,
                builder -> builder.config(id -> Knet.builder(id).crypto(crypto(OLD)).build()),
                rig -> {
                    List<KnetEvent> events = rig.events(1);
                    CryptoConfig other =
                            new CryptoConfig(
                                    CryptoCipher.AES128_CBC, CryptoHash.SHA512, SharedKey.of(NEW));
                    exchange(rig);
                    onAll(rig, now -> now.withSlot(2, other));
                    onAll(rig, now -> now.withSendingSlot(2));
                    onAll(rig, now -> now.withoutSlot(1));
                    onAll(
                            rig,
                            now ->
                                    now.withSlot(1, crypto(OLD))
                                            .withClearTraffic(ClearTraffic.ALLOW));
                    onAll(rig, now -> now.withSendingSlot(0));
                    onAll(rig, _ -> CryptoSettings.NONE);
                    onAll(rig, now -> now.withSlot(1, crypto(NEW)));
                    onAll(rig, now -> now.withSendingSlot(1));
                    onAll(rig, now -> now.withClearTraffic(ClearTraffic.REFUSE));
                    rig.settle();
                    rig.requireAll(1, 2);
                    rig.requireAll(2, 1);
                    assertThat(Rig.of(KnetEvent.LinkDown.class, events)).isEmpty();
                    assertThat(rig.node(1).nodeConfig().crypto())
                            .isEqualTo(
                                    CryptoSettings.of(
                                            rig.node(1)
                                                    .nodeConfig()
                                                    .crypto()
                                                    .slot1()
                                                    .orElseThrow()));
                });
    }

    @Test
    void aKeyThatSealsDoesNotGoWhileHostsAreReachable() {
        Rig.run(
                LinkPolicy.PASSIVE,
                2,
                1,
                builder -> builder.config(id -> Knet.builder(id).crypto(crypto(OLD)).build()),
                rig -> {
                    Knet node = rig.node(1);
                    NodeConfig before = node.nodeConfig();
                    for (CryptoSettings settings :
                            List.of(
                                    CryptoSettings.of(crypto(NEW)),
                                    CryptoSettings.NONE,
                                    CryptoSettings.NONE
                                            .withSlot(1, crypto(NEW))
                                            .withSlot(2, crypto(NEW))
                                            .withSendingSlot(2))) {
                        NodeConfig desired = before.toBuilder().crypto(settings).build();
                        refused(
                                Reason.SLOT_IN_USE,
                                "crypto slot 1: is in use for sending",
                                () -> node.plan(desired));
                        refused(Reason.SLOT_IN_USE, "slot 1", () -> node.apply(desired));
                    }
                    assertThat(node.nodeConfig()).isEqualTo(before);
                    exchange(rig);
                    rig.requireAll(1, 2);
                    // Nobody is cut off who is not there.
                    rig.node(2).close();
                    rig.network().advance(ms(1000));
                    node.apply(before.toBuilder().crypto(CryptoSettings.of(crypto(NEW))).build());
                    node.apply(before.toBuilder().crypto(CryptoSettings.NONE).build());
                    assertThat(node.crypto().status().slots()).isEmpty();
                });
    }

    @Test
    void clearTrafficIsNotRefusedInOneStepWithSealing() {
        Rig.run(
                LinkPolicy.PASSIVE,
                2,
                1,
                rig -> {
                    Knet node = rig.node(1);
                    NodeConfig before = node.nodeConfig();
                    refused(
                            Reason.INVALID_ARGUMENT,
                            "crypto: clear traffic: value REFUSE is not allowed",
                            () ->
                                    node.apply(
                                            before.toBuilder()
                                                    .crypto(CryptoSettings.of(crypto(OLD)))
                                                    .build()));
                    assertThat(node.nodeConfig()).isEqualTo(before);
                });
    }

    @Test
    void theSameKeyInAnotherObjectIsTheSameKey() {
        Rig.run(
                LinkPolicy.PASSIVE,
                2,
                1,
                builder -> builder.config(id -> Knet.builder(id).crypto(crypto(OLD)).build()),
                rig -> {
                    Knet node = rig.node(1);
                    exchange(rig);
                    long opened = node.crypto().status().slots().getFirst().packets();
                    NodeConfig again =
                            node.nodeConfig().toBuilder()
                                    .crypto(CryptoSettings.of(crypto(OLD)))
                                    .build();
                    assertThat(node.plan(again)).isEmpty();
                    assertThat(node.apply(again)).isEmpty();
                    // Other numbers for the same two: nothing is lost.
                    node.apply(
                            again.toBuilder()
                                    .crypto(
                                            CryptoSettings.NONE
                                                    .withSlot(1, crypto(NEW))
                                                    .withSlot(2, crypto(OLD))
                                                    .withSendingSlot(2)
                                                    .withClearTraffic(ClearTraffic.REFUSE))
                                    .build());
                    exchange(rig);
                    rig.requireAll(1, 2);
                    rig.requireAll(2, 1);
                    CryptoStatus status = node.crypto().status();
                    assertThat(status.sendingSlot()).isEqualTo(2);
                    assertThat(status.slots().getFirst().packets()).isZero();
                    assertThat(status.slots().getLast().packets()).isGreaterThan(opened + 50);
                });
    }

    @Test
    void aClosedKeyMayStay() {
        Rig.run(
                LinkPolicy.PASSIVE,
                2,
                1,
                rig -> {
                    Knet node = rig.node(1);
                    SharedKey key = SharedKey.of(OLD);
                    node.crypto().set(2, CryptoConfig.aes256Sha256(key));
                    key.close();
                    NodeConfig now = node.nodeConfig();
                    assertThat(node.plan(now)).isEmpty();
                    node.apply(now.toBuilder().interfaceMtu(OptionalInt.of(1000)).build());
                    assertThat(node.crypto().status().slots()).hasSize(1);
                });
    }

    // ---- what is in force already

    @Test
    void whatIsWrittenOtherwiseIsNotChanged() {
        Rig.run(
                LinkPolicy.PASSIVE,
                2,
                1,
                rig -> {
                    Knet node = rig.node(1);
                    InetSocketAddress anyPort = new InetSocketAddress("10.8.0.1", 0);
                    NodeConfig desired =
                            node.nodeConfig().toBuilder()
                                    .host(
                                            5,
                                            HostConfig.named("5")
                                                    .withLink(
                                                            0,
                                                            LinkConfig.udp(anyPort, address(9, 0)))
                                                    .withLink(
                                                            1,
                                                            LinkConfig.udp(anyPort, address(8, 0))))
                                    .compression(
                                            CompressionConfig.of(CompressionMethod.ZLIB)
                                                    .withLevel(0)) // makes nothing smaller
                                    .build();
                    assertThat(node.apply(desired)).hasSize(2);
                    NodeConfig now = node.nodeConfig();
                    assertThat(now.hosts().get(5).links().get(0).local().getPort())
                            .isNotZero()
                            .isNotEqualTo(now.hosts().get(5).links().get(1).local().getPort());
                    assertThat(now.compression().level()).hasValue(-1);
                    assertThat(node.apply(desired)).isEmpty();
                    assertThat(node.apply(now)).isEmpty();
                    NodeConfig byDefault =
                            now.toBuilder()
                                    .compression(CompressionConfig.of(CompressionMethod.ZLIB))
                                    .build();
                    assertThat(node.apply(byDefault)).isEmpty();
                });
    }

    @Test
    void linksShareSocketsAndTakeOverThoseOfLinksThatGo() {
        Rig.run(
                LinkPolicy.PASSIVE,
                3,
                1,
                rig -> {
                    Knet node = rig.node(1);
                    SimRuntime runtime = rig.network().runtime(node);
                    assertThat(runtime.openSockets()).isEqualTo(1);
                    NodeConfig now = node.nodeConfig();
                    LinkConfig config = now.hosts().get(2).links().get(0);
                    // The link of host 2 goes, others come with its address and with a new one.
                    InetSocketAddress fresh = new InetSocketAddress("10.7.0.1", 5405);
                    node.apply(
                            now.toBuilder()
                                    .withoutHost(2)
                                    .withoutHost(3)
                                    .host(4, HostConfig.named("4").withLink(0, config))
                                    .host(
                                            5,
                                            HostConfig.named("5")
                                                    .withLink(0, config.withLocal(fresh))
                                                    .withLink(1, config.withLocal(fresh)))
                                    .build());
                    assertThat(runtime.openSockets()).isEqualTo(2);
                    node.apply(node.nodeConfig().toBuilder().withoutHost(4).build());
                    assertThat(runtime.openSockets()).isEqualTo(1);
                    node.apply(NodeConfig.builder().build());
                    assertThat(runtime.openSockets()).isZero();
                    rig.network().advance(ms(10));
                    assertThat(runtime.hasTimer()).isFalse();
                });
    }

    // ---- callbacks

    @Test
    void callbacksMayApplyConfigurations() {
        Rig.run(
                LinkPolicy.PASSIVE,
                2,
                2,
                rig -> {
                    Knet node = rig.node(1);
                    List<Integer> done = new ArrayList<>();
                    UnaryOperator<LinkConfig> change =
                            config -> config.withPriority(config.priority() + 1);
                    InetSocketAddress third = new InetSocketAddress("10.6.0.1", 5405);
                    node.setFilter(message -> {
                        // Incoming messages: in the control loop.
                        if (message.source() == 2 && done.isEmpty()) {
                            done.add(1);
                            node.apply(with(node, 2, link(0, change)));
                            node.apply(
                                    with(
                                            node,
                                            2,
                                            host ->
                                                    host.withLink(
                                                            5,
                                                            LinkConfig.udp(third, address(2, 0)))));
                            node.apply(with(node, 2, host -> host.withoutLink(5)));
                            node.host(2).orElseThrow().link(1).orElseThrow().setPriority(2);
                        }
                        return Destination.broadcast();
                    });
                    node.onEvent(event -> {
                        if (event instanceof KnetEvent.ActiveLinksChanged && done.size() == 1) {
                            done.add(2);
                            node.apply(with(node, 2, link(0, config -> config.withPriority(9))));
                        }
                    });
                    rig.stream(2, 1, 200, ms(1), SMALL);
                    rig.stream(1, 2, 200, ms(1), SMALL);
                    rig.settle();
                    rig.requireAll(2, 1);
                    rig.requireAll(1, 2);
                    assertThat(done).containsExactly(1, 2);
                    rig.network().advance(ms(2500));
                    assertThat(rig.network().runtime(node).openSockets()).isEqualTo(2);
                    assertThat(node.nodeConfig().hosts().get(2).links().get(0).priority())
                            .isEqualTo(9);
                });
    }
}
