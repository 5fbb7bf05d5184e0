package io.knet4j.internal.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.knet4j.AccessList;
import io.knet4j.AccessRule;
import io.knet4j.Channel;
import io.knet4j.CompressionConfig;
import io.knet4j.ConfigurationException;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoSettings;
import io.knet4j.Destination;
import io.knet4j.DestinationFilter;
import io.knet4j.FlapControl;
import io.knet4j.Host;
import io.knet4j.HostConfig;
import io.knet4j.HostStatus;
import io.knet4j.Knet;
import io.knet4j.KnetClosedException;
import io.knet4j.KnetEvent;
import io.knet4j.KnetException;
import io.knet4j.Link;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.LinkStatistics;
import io.knet4j.LinkStatistics.Traffic;
import io.knet4j.LinkStatus;
import io.knet4j.LogSubsystem;
import io.knet4j.NodeConfig;
import io.knet4j.Reason;
import io.knet4j.ReceivedMessage;
import io.knet4j.SharedKey;
import io.knet4j.StatisticsScope;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What upstream's tests of its functions demand, as far as it shows in the API of a node with
 * threads and sockets. {@code docs/conformance.md} says which test holds what.
 */
class ConformanceTest {
    private static final int SELF = 1;
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final InetSocketAddress PEER = new InetSocketAddress("127.0.0.1", 9);

    private final List<Knet> opened = new ArrayList<>();
    private final Knet knet = open(Knet.builder(SELF));

    @AfterEach
    void close() {
        opened.forEach(Knet::close);
    }

    private Knet open(Knet.Builder builder) {
        Knet node = builder.open();
        opened.add(node);
        return node;
    }

    private static void refused(Reason reason, String message, ThrowingCallable call) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(call)
                .withMessage(message)
                .extracting(ConfigurationException::reason)
                .isEqualTo(reason);
    }

    private static LinkConfig somewhere() {
        return LinkConfig.udp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), PEER);
    }

    // ---- the node

    @Test
    void manyNodesLiveInOneProcess() {
        List<Knet> nodes = new ArrayList<>();
        for (int id = 0; id < 255; id++) {
            nodes.add(open(Knet.builder(id).sendQueueBytes(131_072)));
        }
        for (Knet node : nodes) {
            node.addHost(node.nodeId()).addLink(0, LinkConfig.loopback());
        }
        for (Knet node : nodes) {
            assertThat(node.host(node.nodeId()).orElseThrow().status().reachable()).isTrue();
            node.close();
            node.close();
        }
    }

    /** What closed nodes still tell. */
    private static final Set<String> STILL_TOLD =
            Set.of(
                    "nodeId",
                    "config",
                    "isForwarding",
                    "compression",
                    "statistics",
                    "logLevel",
                    "crypto",
                    "close");

    /** Arguments that are right for every method of the API. */
    private static Object argument(Class<?> type) {
        Map<Class<?>, Object> values = new HashMap<>();
        values.put(int.class, 1);
        values.put(boolean.class, true);
        values.put(String.class, "name");
        values.put(Duration.class, Duration.ofSeconds(1));
        values.put(OptionalInt.class, OptionalInt.empty());
        values.put(Consumer.class, (Consumer<KnetEvent>) _ -> {});
        values.put(CompressionConfig.class, CompressionConfig.NONE);
        values.put(LinkPolicy.class, LinkPolicy.ACTIVE);
        values.put(LinkConfig.class, somewhere());
        values.put(FlapControl.class, FlapControl.OFF);
        values.put(NodeConfig.class, NodeConfig.builder().build());
        values.put(LogSubsystem.class, LogSubsystem.LINK);
        values.put(System.Logger.Level.class, System.Logger.Level.INFO);
        values.put(StatisticsScope.class, StatisticsScope.NODE);
        values.put(DestinationFilter.class, null);
        assertThat(values).as("add a value for the arguments of this type").containsKey(type);
        return values.get(type);
    }

    private static Throwable thrownBy(Object target, Method method) {
        return catchThrowable(() -> {
            try {
                method.invoke(
                        target,
                        Arrays.stream(method.getParameterTypes())
                                .map(ConformanceTest::argument)
                                .toArray());
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }

    private static Stream<Method> methods(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .filter(method -> method.getDeclaringClass() != Object.class);
    }

    private static Stream<Method> methodsOfNodes() {
        return methods(Knet.class).filter(method -> !STILL_TOLD.contains(method.getName()));
    }

    @ParameterizedTest
    @MethodSource("methodsOfNodes")
    void aClosedNodeDoesNothingAnyMore(Method method) {
        knet.close();
        assertThat(thrownBy(knet, method))
                .isInstanceOf(KnetClosedException.class)
                .hasMessage("node 1 is closed");
    }

    @Test
    void aClosedNodeStillTellsWhatIsKnown() {
        knet.startForwarding();
        knet.close();
        assertThat(knet.nodeId()).isEqualTo(SELF);
        assertThat(knet.config()).isEqualTo(Knet.builder(SELF).build());
        assertThat(knet.isForwarding()).isTrue();
        assertThat(knet.compression()).isEqualTo(CompressionConfig.NONE);
        assertThat(knet.statistics().messagesSent()).isZero();
    }

    @Test
    void forwardingIsOffUntilItIsSwitchedOn() {
        assertThat(knet.isForwarding()).isFalse();
        knet.startForwarding();
        assertThat(knet.isForwarding()).isTrue();
        knet.startForwarding();
        assertThat(knet.stopForwarding()).isTrue();
        assertThat(knet.isForwarding()).isFalse();
        assertThat(knet.stopForwarding()).as("again").isTrue();
    }

    @Test
    void dscpIsSetAndChecked() {
        for (int dscp : new int[] {0, 1, 46, 63}) {
            knet.setDscp(dscp);
        }
        refused(
                Reason.INVALID_ARGUMENT,
                "dscp: value 64 is not allowed; allowed: 0 to 63",
                () -> knet.setDscp(64));
        refused(
                Reason.INVALID_ARGUMENT,
                "dscp: value -1 is not allowed; allowed: 0 to 63",
                () -> knet.setDscp(-1));
    }

    @Test
    void filtersAndListenersComeAndGo() throws InterruptedException {
        Knet node = toItself();
        Channel channel = node.channel(0);
        node.setFilter(message -> message.outgoing() ? Destination.host(SELF) : null);
        channel.sendSync(bytes("local messages are not filtered when they come"));
        assertThat(channel.receive(LONG)).isPresent();
        node.setFilter(_ -> null);
        assertThat(reason(() -> channel.sendSync(bytes("x")))).isEqualTo(Reason.FILTER_FAILED);
        node.setFilter(null);
        assertThat(reason(() -> channel.sendSync(bytes("x")))).isEqualTo(Reason.NO_FILTER);

        List<KnetEvent> events = new ArrayList<>();
        Consumer<KnetEvent> listener = events::add;
        node.onEvent(listener).close();
        Knet.Registration twice = node.onEvent(listener);
        twice.close();
        twice.close();
        assertThatNullPointerException()
                .isThrownBy(() -> node.onEvent(null))
                .withMessage("listener");
    }

    private static Reason reason(ThrowingCallable call) {
        return ((KnetException) catchThrowable(call)).reason();
    }

    // ---- path MTU

    @Test
    void theIntervalOfPathMtuDiscoveryIsSetAndChecked() {
        assertThat(knet.pathMtuInterval()).isEqualTo(Duration.ofMinutes(1));
        for (Duration interval : List.of(Duration.ofSeconds(1), Duration.ofDays(1))) {
            knet.setPathMtuInterval(interval);
            assertThat(knet.pathMtuInterval()).isEqualTo(interval);
        }
        for (Duration interval : List.of(Duration.ZERO, Duration.ofSeconds(86_401))) {
            refused(
                    Reason.INVALID_ARGUMENT,
                    "pathMtuInterval: value "
                            + interval
                            + " is not allowed; allowed: PT1S to PT24H",
                    () -> knet.setPathMtuInterval(interval));
        }
        assertThat(knet.pathMtuInterval()).isEqualTo(Duration.ofDays(1));
    }

    @Test
    void anInterfaceMtuIsInForceAtOnceAndToldAndTakenBack() throws InterruptedException {
        BlockingQueue<Integer> told = new LinkedBlockingQueue<>();
        knet.onEvent(event -> {
            if (event instanceof KnetEvent.DataMtuChanged changed) {
                told.add(changed.dataMtu());
            }
        });
        selfLink(knet);
        int found = 65_535 - 28 - 26;
        await(told, found);
        assertThat(knet.dataMtu()).isEqualTo(found);

        knet.setInterfaceMtu(OptionalInt.of(found + 28 + 26 - 64));
        assertThat(knet.dataMtu()).isEqualTo(found - 64);
        await(told, found - 64);
        knet.setInterfaceMtu(OptionalInt.empty());
        await(told, found);
        assertThat(knet.dataMtu()).isEqualTo(found);

        for (int mtu : new int[] {0, 575, 65_536}) {
            refused(
                    Reason.INVALID_ARGUMENT,
                    "interfaceMtu: value " + mtu + " is not allowed; allowed: 576 to 65535",
                    () -> knet.setInterfaceMtu(OptionalInt.of(mtu)));
        }
    }

    private static void await(BlockingQueue<Integer> values, int expected)
            throws InterruptedException {
        Integer value = -1;
        while (value != expected) {
            value = values.poll(LONG.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(value).as("waiting for %d", expected).isNotNull();
        }
    }

    // ---- access lists

    @Test
    void accessListsAreOnUntilTheyAreSwitchedOff() {
        assertThat(knet.accessLists()).isTrue();
        knet.setAccessLists(false);
        assertThat(knet.accessLists()).isFalse();
        knet.setAccessLists(true);
        assertThat(knet.accessLists()).isTrue();
        assertThat(open(Knet.builder(2).accessLists(false)).accessLists()).isFalse();
    }

    @Test
    void rulesOfADynamicLinkComeAndGo() {
        InetSocketAddress local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Link link = knet.addHost(2).addLink(0, LinkConfig.dynamicUdp(local));
        assertThat(link.config().remote()).isNull();
        assertThat(link.config().dynamic()).isTrue();
        assertThat(link.status().peer()).isEmpty();
        AccessList list = link.accessList();
        assertThat(list.rules()).isEmpty();

        AccessRule rule = AccessRule.parse("accept 127.0.0.1");
        list.add(rule);
        assertThat(list.rules()).containsExactly(rule);
        assertThat(reason(() -> list.add(rule))).isEqualTo(Reason.ALREADY_EXISTS);
        assertThat(list.remove(rule)).isTrue();
        assertThat(list.remove(rule)).as("once more").isFalse();
        AccessRule second = AccessRule.parse("reject 127.0.0.0/8");
        list.insert(0, rule);
        list.insert(0, second);
        assertThat(list.rules()).containsExactly(second, rule);
        assertThat(link.config().accessRules()).containsExactly(second, rule);
        list.clear();
        assertThat(list.rules()).isEmpty();
    }

    @Test
    void aStaticLinkAcceptsItsPeerAndCannotBeTold() {
        Link link = knet.addHost(2).addLink(0, somewhere());
        assertThat(link.config().dynamic()).isFalse();
        assertThat(link.status().peer()).contains(PEER);
        AccessRule rule = AccessRule.parse("accept 127.0.0.1");
        AccessList list = link.accessList();
        assertThat(list.rules()).containsExactly(rule);
        AccessRule other = AccessRule.parse("accept 10.0.0.1");
        for (ThrowingCallable edit :
                List.<ThrowingCallable>of(
                        () -> list.add(other),
                        () -> list.insert(0, other),
                        () -> list.remove(rule),
                        list::clear)) {
            refused(
                    Reason.INVALID_ARGUMENT,
                    "access list: value of static link 0 of host 2 is not allowed;"
                            + " allowed: that of a dynamic link; others accept what they must",
                    edit);
        }
    }

    // ---- hosts

    @Test
    void hostsAreAddedOnceAndListed() {
        assertThat(knet.hosts()).isEmpty();
        Host two = knet.addHost(2);
        assertThat(two.id()).isEqualTo(2);
        assertThat(two.name()).as("by default").isEqualTo("2");
        assertThat(knet.hosts()).containsExactly(two);
        refused(
                Reason.ALREADY_EXISTS,
                "host id: there is already a host 2",
                () -> knet.addHost(2, "other"));
        for (int id : new int[] {-1, 65_536}) {
            refused(
                    Reason.INVALID_ARGUMENT,
                    "host id: value " + id + " is not allowed; allowed: 0 to 65535",
                    () -> knet.addHost(id));
        }
        Host own = knet.addHost(SELF, "the node itself");
        assertThat(knet.hosts()).as("by id").containsExactly(own, two);
        assertThat(knet.host(2)).contains(two);
        assertThat(knet.host(3)).isEmpty();
    }

    @Test
    void hostNamesAreUniqueAndOfLimitedLength() {
        Host two = knet.addHost(2, "a long name");
        Host three = knet.addHost(3);
        two.rename("a long");
        assertThat(two.name()).isEqualTo("a long");
        assertThat(knet.host("a long")).contains(two);
        assertThat(knet.host("A LONG")).isEmpty();
        assertThat(knet.host("a long name")).isEmpty();
        two.rename("a long");
        refused(
                Reason.ALREADY_EXISTS,
                "host name: host 2 is already called 'a long'",
                () -> three.rename("a long"));
        refused(
                Reason.ALREADY_EXISTS,
                "host name: host 3 is already called '3'",
                () -> knet.addHost(4, "3"));
        String longest = "x".repeat(255);
        three.rename(longest);
        assertThat(three.name()).isEqualTo(longest);
        for (String name : List.of("", longest + "x")) {
            refused(
                    Reason.INVALID_ARGUMENT,
                    "host name: value '" + name + "' is not allowed; allowed: 1 to 255 bytes",
                    () -> three.rename(name));
        }
        assertThatNullPointerException().isThrownBy(() -> three.rename(null));
        assertThat(three.name()).isEqualTo(longest);
    }

    @Test
    void aNewHostHasTheStatusOfLibknet() {
        HostStatus status = knet.addHost(2).status();
        assertThat(status.id()).isEqualTo(2);
        assertThat(status.reachable()).isFalse();
        assertThat(status.policy()).isEqualTo(LinkPolicy.PASSIVE);
        assertThat(status.activeLinks()).isEmpty();
        assertThat(status.onWireVersion()).isZero();
        assertThat(status.maxOnWireVersion()).isZero();
    }

    @ParameterizedTest
    @MethodSource("policies")
    void policiesAreSet(LinkPolicy policy) {
        Host host = knet.addHost(2);
        host.setPolicy(policy);
        assertThat(host.status().policy()).isEqualTo(policy);
        assertThatNullPointerException()
                .isThrownBy(() -> host.setPolicy(null))
                .withMessage("policy");
    }

    private static List<LinkPolicy> policies() {
        return List.of(LinkPolicy.values());
    }

    @Test
    void hostsGoWithTheirLinks() {
        Host host = knet.addHost(2);
        host.addLink(0, somewhere());
        host.addLink(7, somewhere().withEnabled(false));
        host.remove();
        assertThat(knet.hosts()).isEmpty();
        assertThat(Nodes.leak(knet)).isEmpty();
        assertThat(knet.addHost(2).links()).isEmpty();
    }

    private static Stream<Method> methodsOfHosts() {
        return methods(Host.class).filter(method -> !method.getName().equals("id"));
    }

    @ParameterizedTest
    @MethodSource("methodsOfHosts")
    void aHostThatIsRemovedIsNotThereForAnybody(Method method) {
        Host host = knet.addHost(2);
        host.remove();
        Host successor = knet.addHost(2, "two");
        assertThat(thrownBy(host, method))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("host 2 was removed")
                .extracting(thrown -> ((KnetException) thrown).reason())
                .isEqualTo(Reason.NOT_FOUND);
        assertThat(successor.name()).isEqualTo("two");
        assertThat(successor.status().policy()).isEqualTo(LinkPolicy.PASSIVE);
    }

    // ---- links

    @Test
    void linksAreAddedOnceAndListed() {
        Host host = knet.addHost(2);
        assertThat(host.links()).isEmpty();
        assertThat(host.link(0)).isEmpty();
        Link seven = host.addLink(7, somewhere());
        Link zero = host.addLink(0, somewhere());
        assertThat(host.links()).containsExactly(zero, seven);
        assertThat(host.link(7)).contains(seven);
        assertThat(seven.id()).isEqualTo(7);
        assertThat(seven.host()).isEqualTo(host);
        refused(
                Reason.ALREADY_EXISTS,
                "link id: host 2 already has a link 7",
                () -> host.addLink(7, somewhere()));
        for (int id : new int[] {-1, 8, 255}) {
            refused(
                    Reason.INVALID_ARGUMENT,
                    "link id: value " + id + " is not allowed; allowed: 0 to 7",
                    () -> host.addLink(id, somewhere()));
        }
        assertThatNullPointerException()
                .isThrownBy(() -> host.addLink(1, null))
                .withMessage("config");
    }

    @Test
    void aLinkTellsItsConfigurationAndAllChanges() {
        LinkConfig config = somewhere().withEnabled(false).withHighPriorityTraffic(true);
        Link link = knet.addHost(2).addLink(3, config);
        LinkConfig actual = link.config();
        assertThat(Objects.requireNonNull(actual.local()).getPort()).isPositive();
        assertThat(actual).isEqualTo(config.withLocal(actual.local()));
        assertThat(link.status().config()).isEqualTo(actual);

        link.setEnabled(true);
        assertThat(link.config().enabled()).isTrue();
        link.setEnabled(true);
        link.setEnabled(false);
        assertThat(link.config().enabled()).isFalse();
        link.setPriority(255);
        link.setPriority(255);
        link.setPongCount(3);
        link.setPingTimers(Duration.ofMillis(100), Duration.ofMillis(400), 64);
        assertThat(link.config())
                .isEqualTo(
                        actual.withPriority(255)
                                .withPongCount(3)
                                .withPing(Duration.ofMillis(100), Duration.ofMillis(400), 64));
    }

    @Test
    void changesOfALinkAreChecked() {
        Link link = knet.addHost(2).addLink(0, somewhere());
        LinkConfig before = link.config();
        Duration ok = Duration.ofSeconds(1);
        for (int priority : new int[] {-1, 256}) {
            refused(
                    Reason.INVALID_ARGUMENT,
                    "priority: value " + priority + " is not allowed; allowed: 0 to 255",
                    () -> link.setPriority(priority));
        }
        for (int count : new int[] {0, 256}) {
            refused(
                    Reason.INVALID_ARGUMENT,
                    "pongCount: value " + count + " is not allowed; allowed: 1 to 255",
                    () -> link.setPongCount(count));
        }
        refused(
                Reason.INVALID_ARGUMENT,
                "pingInterval: value PT0S is not allowed; allowed: PT0.001S to PT1H",
                () -> link.setPingTimers(Duration.ZERO, ok, 1));
        refused(
                Reason.INVALID_ARGUMENT,
                "pingTimeout: value PT0S is not allowed; allowed: PT0.001S to PT1H",
                () -> link.setPingTimers(ok, Duration.ZERO, 1));
        refused(
                Reason.INVALID_ARGUMENT,
                "pingPrecision: value 0 is not allowed; allowed: 1 to 2147483647",
                () -> link.setPingTimers(ok, ok, 0));
        assertThat(link.config()).isEqualTo(before);
    }

    @Test
    void aNewLinkHasAStatusWithoutAnyTraffic() {
        LinkStatus status = knet.addHost(2).addLink(4, somewhere().withEnabled(false)).status();
        assertThat(status.hostId()).isEqualTo(2);
        assertThat(status.linkId()).isEqualTo(4);
        assertThat(status.connected()).isFalse();
        assertThat(status.active()).isFalse();
        assertThat(status.latency()).isEmpty();
        assertThat(status.sinceLastPong()).isEmpty();
        LinkStatistics statistics = status.statistics();
        assertThat(List.of(statistics.txData(), statistics.rxData(), statistics.txPing()))
                .containsOnly(new Traffic(0, 0));
        assertThat(statistics.latencyMin()).isEmpty();
        assertThat(statistics.upCount() + statistics.downCount()).isZero();
    }

    private static Stream<Method> methodsOfLinks() {
        Set<String> told = Set.of("id", "host");
        return methods(Link.class).filter(method -> !told.contains(method.getName()));
    }

    @ParameterizedTest
    @MethodSource("methodsOfLinks")
    void aLinkThatIsRemovedIsNotThereForAnybody(Method method) {
        Host host = knet.addHost(2);
        Link link = host.addLink(0, somewhere());
        link.remove();
        Link successor = host.addLink(0, somewhere());
        assertThat(thrownBy(link, method))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("link 0 of host 2 was removed")
                .extracting(thrown -> ((KnetException) thrown).reason())
                .isEqualTo(Reason.NOT_FOUND);
        assertThat(successor.config().priority()).isZero();
        assertThat(host.links()).containsExactly(successor);
    }

    @Test
    void linksThatComeWithCryptoAreMeasuredByIt() {
        try (SharedKey key = SharedKey.of(new byte[SharedKey.MIN_BYTES])) {
            knet.apply(
                    NodeConfig.builder()
                            .crypto(CryptoSettings.of(CryptoConfig.aes256Sha256(key)))
                            .interfaceMtu(OptionalInt.of(1500))
                            .host(2, HostConfig.named("db-2").withLink(0, somewhere()))
                            .build());
        }
        Link link = knet.host(2).orElseThrow().link(0).orElseThrow();
        assertThat(link.status().pathMtu().dataMtu()).isEqualTo(1397);
        assertThat(link.status().pathMtu().packetBytes()).isEqualTo(1500);
    }

    // ---- messages

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private Knet toItself() {
        knet.addHost(SELF).addLink(0, LinkConfig.loopback());
        knet.startForwarding();
        return knet;
    }

    private static byte[] pattern(int length) {
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++) {
            payload[i] = (byte) (i * 31 ^ i >>> 8);
        }
        return payload;
    }

    @Test
    void all32ChannelsAreThereAtOnce() throws InterruptedException {
        Knet node = toItself();
        List<Channel> channels = new ArrayList<>();
        for (int id = 0; id < Knet.MAX_CHANNELS; id++) {
            channels.add(node.channel(id));
            assertThat(channels.getLast().id()).isEqualTo(id);
        }
        for (Channel channel : channels) {
            channel.send(bytes("channel " + channel.id()), Destination.host(SELF));
        }
        for (Channel channel : channels) {
            ReceivedMessage message = channel.receive(LONG).orElseThrow();
            assertThat(message.channel()).isEqualTo(channel.id());
            assertThat(message.payload()).isEqualTo(bytes("channel " + channel.id()).array());
        }
        for (int id : new int[] {-1, 32}) {
            refused(
                    Reason.INVALID_ARGUMENT,
                    "channel: value " + id + " is not allowed; allowed: 0 to 31",
                    () -> node.channel(id));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 65_537, 100_000})
    void messagesHave1To65536Bytes(int length) {
        Channel channel = toItself().channel(0);
        ByteBuffer payload = ByteBuffer.allocate(length);
        Destination self = Destination.host(SELF);
        for (ThrowingCallable send :
                List.<ThrowingCallable>of(
                        () -> channel.send(payload),
                        () -> channel.send(payload, self),
                        () -> channel.sendSync(payload),
                        () -> channel.sendSync(payload, self))) {
            assertThatExceptionOfType(KnetException.class)
                    .isThrownBy(send)
                    .withMessage(
                            "payload: " + length + " bytes are not allowed; allowed: 1 to 65536")
                    .extracting(KnetException::reason)
                    .isEqualTo(Reason.MESSAGE_SIZE);
        }
        assertThatNullPointerException().isThrownBy(() -> channel.send(null));
        assertThatNullPointerException().isThrownBy(() -> channel.sendSync(null, self));
        assertThatNullPointerException()
                .isThrownBy(() -> channel.send(bytes("x"), null))
                .withMessage("destination");
    }

    /** A UDP link from the node to itself, as upstream's tests like it. */
    private Link selfLink(Knet node) throws InterruptedException {
        Host self = node.addHost(SELF);
        Link probe = self.addLink(1, somewhere());
        InetSocketAddress local = probe.config().local();
        Link link =
                self.addLink(
                        0,
                        LinkConfig.udp(local, local)
                                .withPing(Duration.ofMillis(20), LONG)
                                .withPongCount(1));
        probe.remove();
        node.startForwarding();
        assertThat(self.awaitReachable(LONG)).isTrue();
        return link;
    }

    @Test
    void whatWasSentBeforeForwardingStopsArrives() throws InterruptedException {
        Knet node = open(Knet.builder(SELF).interfaceMtu(65_535));
        Link link = selfLink(node);
        Channel channel = node.channel(0);
        for (byte[] message : List.of(pattern(65_536), pattern(1), pattern(40_000))) {
            channel.send(ByteBuffer.wrap(message), Destination.host(SELF));
            assertThat(node.stopForwarding()).isTrue();
            node.startForwarding();
            assertThat(channel.receive(LONG).orElseThrow().payload()).isEqualTo(message);
        }
        Traffic sent = link.status().statistics().txData();
        assertThat(sent.packets()).as("2 + 1 + 1").isEqualTo(4);
        assertThat(sent.bytes()).isEqualTo(65_536 + 1 + 40_000 + 4 * 14);
        assertThat(link.status().statistics().rxData()).isEqualTo(sent);
    }

    @Test
    void sendSyncReachesAHostThatIsUp() throws InterruptedException {
        selfLink(knet);
        Channel channel = knet.channel(0);
        channel.sendSync(ByteBuffer.wrap(pattern(5000)), Destination.host(SELF));
        assertThat(channel.receive(LONG).orElseThrow().payload()).isEqualTo(pattern(5000));
        knet.setFilter(_ -> Destination.host(SELF));
        channel.sendSync(ByteBuffer.wrap(pattern(5001)));
        assertThat(channel.receive(LONG).orElseThrow().payload()).isEqualTo(pattern(5001));
    }

    @Test
    void aLoopbackLinkStandsAlone() {
        Host self = knet.addHost(SELF);
        Host two = knet.addHost(2);
        refused(
                Reason.INVALID_ARGUMENT,
                "transport: value LOOPBACK on host 2 is not allowed; allowed: the local host 1 only",
                () -> two.addLink(0, LinkConfig.loopback()));
        String alone =
                "transport: value a loopback link beside another link is not allowed; allowed: a"
                        + " loopback link alone";
        Link udp = self.addLink(0, somewhere());
        refused(Reason.INVALID_ARGUMENT, alone, () -> self.addLink(1, LinkConfig.loopback()));
        udp.remove();
        Link loopback = self.addLink(1, LinkConfig.loopback());
        assertThat(self.status().reachable()).isTrue();
        refused(Reason.INVALID_ARGUMENT, alone, () -> self.addLink(0, somewhere()));
        loopback.remove();
        assertThat(self.status().reachable()).isFalse();
        self.addLink(0, somewhere());
    }

    @Test
    void aLoopbackLinkCountsMessagesAsOnePacketEach() throws InterruptedException {
        Knet node = toItself();
        Channel channel = node.channel(0);
        byte[] message = pattern(65_536);
        channel.sendSync(ByteBuffer.wrap(message), Destination.host(SELF));
        assertThat(channel.receive(LONG).orElseThrow().payload()).isEqualTo(message);
        channel.send(ByteBuffer.wrap(message));
        assertThat(channel.receive(LONG).orElseThrow().payload()).isEqualTo(message);
        assertThat(node.stopForwarding()).as("all is sent and counted").isTrue();
        LinkStatistics statistics =
                node.host(SELF).orElseThrow().link(0).orElseThrow().status().statistics();
        assertThat(statistics.txData()).isEqualTo(new Traffic(2, 2 * 65_536));
        assertThat(statistics.rxData()).isEqualTo(new Traffic(0, 0));
        assertThat(statistics.txPing()).isEqualTo(new Traffic(0, 0));
    }

    @Test
    void aChannelThatIsClosedGivesAndTakesNothing() {
        Channel channel = toItself().channel(0);
        channel.close();
        channel.close();
        assertThatExceptionOfType(KnetClosedException.class).isThrownBy(channel::receive);
        assertThatExceptionOfType(KnetClosedException.class)
                .isThrownBy(() -> channel.receive(Duration.ZERO));
        assertThat(reason(() -> channel.send(bytes("x")))).isEqualTo(Reason.CHANNEL_NOT_OPEN);
        Channel handled = knet.channel(1);
        handled.onMessage(_ -> {});
        assertThatIllegalStateException().isThrownBy(() -> handled.receive(Duration.ZERO));
    }

    @Test
    void refusedCryptoNamesWhatIsWrong() {
        for (int length : new int[] {0, 10, 127, 4097, 10_000}) {
            refused(
                    Reason.INVALID_ARGUMENT,
                    "key length: value " + length + " is not allowed; allowed: 128 to 4096 bytes",
                    () -> SharedKey.of(new byte[length]));
        }
        try (SharedKey key = SharedKey.generate(2003)) {
            CryptoConfig config = CryptoConfig.aes256Sha256(key);
            for (int slot : new int[] {-1, 0, 3}) {
                assertThatExceptionOfType(ConfigurationException.class)
                        .isThrownBy(() -> knet.crypto().set(slot, config))
                        .withMessageContaining("slot: value " + slot + " is not allowed");
            }
            knet.crypto().enable(config);
            assertThat(reason(() -> knet.crypto().set(1, config))).isEqualTo(Reason.SLOT_IN_USE);
            assertThat(reason(() -> knet.crypto().use(2))).isEqualTo(Reason.NOT_FOUND);
            knet.crypto().disable();
        }
    }
}
