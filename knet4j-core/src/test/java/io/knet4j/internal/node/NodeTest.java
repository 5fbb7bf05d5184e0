package io.knet4j.internal.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.knet4j.AccessList;
import io.knet4j.AccessRule;
import io.knet4j.Channel;
import io.knet4j.CompressionConfig;
import io.knet4j.CompressionMethod;
import io.knet4j.ConfigurationException;
import io.knet4j.Destination;
import io.knet4j.Knet;
import io.knet4j.KnetClosedException;
import io.knet4j.KnetEvent;
import io.knet4j.KnetEvent.HandlerFailed;
import io.knet4j.KnetEvent.HostReachable;
import io.knet4j.KnetEvent.ReceiveQueueFull;
import io.knet4j.KnetEvent.SendFailed;
import io.knet4j.Link;
import io.knet4j.LinkConfig;
import io.knet4j.QueueFullPolicy;
import io.knet4j.Reason;
import io.knet4j.ReceivedMessage;
import io.knet4j.SendException;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The API of a node with its own threads; messages go to the node itself. */
class NodeTest {
    private static final int SELF = 4711;
    private static final Destination TO_SELF = Destination.host(SELF);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int SMALL_QUEUE = 131_072;

    private final List<Knet> opened = new ArrayList<>();
    private final BlockingQueue<KnetEvent> events = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        opened.forEach(Knet::close);
    }

    private Knet open(Knet.Builder builder) {
        Knet knet = builder.open();
        opened.add(knet);
        knet.onEvent(events::add);
        return knet;
    }

    /** A node that sends to itself. */
    private Knet toItself(Knet.Builder builder) {
        Knet knet = open(builder);
        knet.addHost(SELF).addLink(0, LinkConfig.loopback());
        knet.startForwarding();
        return knet;
    }

    private Knet toItself() {
        return toItself(Knet.builder(SELF));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ReceivedMessage message) {
        return new String(message.payload(), StandardCharsets.UTF_8);
    }

    // ---- access lists

    private static void refusedByConfiguration(Reason reason, ThrowingCallable call) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(call)
                .extracting(ConfigurationException::reason)
                .isEqualTo(reason);
    }

    @Test
    void theListOfADynamicLinkCanBeEdited() {
        Knet knet = open(Knet.builder(SELF));
        Link link =
                knet.addHost(2)
                        .addLink(
                                0,
                                LinkConfig.dynamicUdp(
                                        new InetSocketAddress(
                                                InetAddress.getLoopbackAddress(), 0)));
        AccessList list = link.accessList();
        AccessRule all = AccessRule.parse("accept 127.0.0.0/8");
        AccessRule none = AccessRule.parse("reject 127.0.0.1");
        assertThat(link.config().dynamic()).isTrue();
        assertThat(link.config().local().getPort()).isNotZero();
        assertThat(link.status().peer()).isEmpty();
        assertThat(list.rules()).isEmpty();
        assertThat(list.accepts(InetAddress.ofLiteral("127.0.0.1"))).isFalse();
        list.add(all);
        assertThat(list.accepts(InetAddress.ofLiteral("127.0.0.1"))).isTrue();
        list.insert(0, none);
        assertThat(list.rules()).containsExactly(none, all);
        assertThat(list.accepts(InetAddress.ofLiteral("127.0.0.1"))).isFalse();
        assertThat(link.config().accessRules()).containsExactly(none, all);
        refusedByConfiguration(Reason.ALREADY_EXISTS, () -> list.add(all));
        refusedByConfiguration(
                Reason.INVALID_ARGUMENT,
                () -> list.insert(-2, AccessRule.parse("accept 10.0.0.1")));
        assertThat(list.remove(none)).isTrue();
        assertThat(list.remove(none)).isFalse();
        list.clear();
        list.clear();
        assertThat(list.rules()).isEmpty();
        link.remove();
        refusedByConfiguration(Reason.NOT_FOUND, () -> list.add(all));
        refusedByConfiguration(Reason.NOT_FOUND, list::rules);
    }

    @Test
    void theListOfAStaticLinkShowsItsPeer() throws IOException {
        Knet knet = open(Knet.builder(SELF));
        InetAddress loopback = InetAddress.getLoopbackAddress();
        InetSocketAddress remote = new InetSocketAddress(loopback, 5405);
        Link link =
                knet.addHost(2)
                        .addLink(0, LinkConfig.udp(new InetSocketAddress(loopback, 0), remote));
        AccessRule own = AccessRule.parse("accept " + loopback.getHostAddress());
        AccessList list = link.accessList();
        assertThat(list.rules()).containsExactly(own);
        assertThat(list.accepts(loopback)).isTrue();
        assertThat(link.status().peer()).contains(remote);
        refusedByConfiguration(
                Reason.INVALID_ARGUMENT, () -> list.add(AccessRule.parse("accept 10.0.0.1")));
        refusedByConfiguration(Reason.INVALID_ARGUMENT, () -> list.remove(own));
        refusedByConfiguration(Reason.INVALID_ARGUMENT, list::clear);
        assertThat(list.rules()).containsExactly(own);
    }

    @Test
    void editsOfAListByManyThreadsAreAllMade() throws Exception {
        Knet knet = open(Knet.builder(SELF));
        Link link =
                knet.addHost(2)
                        .addLink(
                                0,
                                LinkConfig.dynamicUdp(
                                        new InetSocketAddress(
                                                InetAddress.getLoopbackAddress(), 0)));
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int number = t;
            threads.add(
                    Thread.startVirtualThread(() -> {
                        for (int i = 0; i < 50; i++) {
                            link.accessList()
                                    .add(AccessRule.parse("accept 10." + number + ".0." + i));
                        }
                    }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(link.accessList().rules()).hasSize(200);
    }

    @Test
    void accessListsAreOnUnlessSwitchedOff() {
        Knet knet = open(Knet.builder(SELF));
        assertThat(knet.accessLists()).isTrue();
        knet.setAccessLists(false);
        assertThat(knet.accessLists()).isFalse();
        assertThat(knet.config().accessLists()).isTrue();
        assertThat(open(Knet.builder(SELF).accessLists(false)).accessLists()).isFalse();
    }

    private static void refused(Reason reason, ThrowingCallable call) {
        assertThatExceptionOfType(SendException.class)
                .isThrownBy(call)
                .extracting(SendException::reason)
                .isEqualTo(reason);
    }

    private <E extends KnetEvent> E await(Class<E> type) throws InterruptedException {
        while (true) {
            KnetEvent event = events.poll(LONG.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(event).as("waiting for %s", type).isNotNull();
            if (type.isInstance(event)) {
                return type.cast(event);
            }
        }
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(LONG.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
    }

    /** Runs something in a thread that is known to wait before this returns. */
    private static <T> FutureTask<T> waiting(java.util.concurrent.Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        Thread thread = new Thread(task, "waiting");
        thread.setDaemon(true);
        thread.start();
        while (thread.getState() != Thread.State.WAITING
                && thread.getState() != Thread.State.TIMED_WAITING
                && thread.isAlive()) {
            Thread.onSpinWait();
        }
        return task;
    }

    private static <T> T result(FutureTask<T> task) throws Exception {
        return task.get(LONG.toMillis(), TimeUnit.MILLISECONDS);
    }

    // ---- sending

    @Test
    void sendSyncSaysWhyNot() {
        Knet knet = toItself();
        Channel channel = knet.channel(5);
        refused(Reason.MESSAGE_SIZE, () -> channel.sendSync(ByteBuffer.allocate(0), TO_SELF));
        refused(Reason.MESSAGE_SIZE, () -> channel.sendSync(ByteBuffer.allocate(65_537), TO_SELF));
        refused(Reason.NO_FILTER, () -> channel.sendSync(bytes("x")));
        refused(Reason.NO_DESTINATION, () -> channel.sendSync(bytes("x"), Destination.hosts()));
        refused(
                Reason.TOO_MANY_DESTINATIONS,
                () -> channel.sendSync(bytes("x"), Destination.broadcast()));
        refused(
                Reason.TOO_MANY_DESTINATIONS,
                () -> channel.sendSync(bytes("x"), Destination.hosts(SELF, 2)));
        refused(Reason.HOST_DOWN, () -> channel.sendSync(bytes("x"), Destination.host(9)));
        knet.setFilter(_ -> null);
        refused(Reason.FILTER_FAILED, () -> channel.sendSync(bytes("x")));
        knet.setFilter(_ -> {
            throw new IllegalStateException("on purpose");
        });
        refused(Reason.FILTER_FAILED, () -> channel.sendSync(bytes("x")));
        assertThat(knet.stopForwarding()).isTrue();
        refused(Reason.FORWARDING_DISABLED, () -> channel.sendSync(bytes("x"), TO_SELF));
        channel.close();
        refused(Reason.CHANNEL_NOT_OPEN, () -> channel.sendSync(bytes("x"), TO_SELF));
        assertThat(knet.statistics().sendFailures())
                .containsEntry(Reason.HOST_DOWN, 1L)
                .containsEntry(Reason.FORWARDING_DISABLED, 1L)
                .containsEntry(Reason.NO_FILTER, 1L)
                .containsEntry(Reason.FILTER_FAILED, 2L);
    }

    @Test
    void sendChecksWhatItCanAtOnceAndTellsTheRest() throws InterruptedException {
        Knet knet = toItself();
        Channel channel = knet.channel(5);
        refused(Reason.MESSAGE_SIZE, () -> channel.send(ByteBuffer.allocate(0)));
        refused(Reason.MESSAGE_SIZE, () -> channel.send(ByteBuffer.allocate(65_537), TO_SELF));
        channel.send(bytes("x"), Destination.host(9));
        assertThat(await(SendFailed.class)).isEqualTo(new SendFailed(Reason.HOST_DOWN, 5, 1));
        channel.close();
        refused(Reason.CHANNEL_NOT_OPEN, () -> channel.send(bytes("x"), TO_SELF));
        knet.close();
        assertThatExceptionOfType(KnetClosedException.class)
                .isThrownBy(() -> channel.send(bytes("x"), TO_SELF));
        assertThatExceptionOfType(KnetClosedException.class)
                .isThrownBy(() -> channel.sendSync(bytes("x"), TO_SELF));
    }

    @Test
    void sendsWhatLiesBetweenPositionAndLimit() throws InterruptedException {
        Channel channel = toItself().channel(0);
        ByteBuffer payload = bytes("a message in the middle");
        payload.position(2).limit(9);
        channel.send(payload, TO_SELF);
        assertThat(text(channel.receive())).isEqualTo("message");
        channel.sendSync(payload, TO_SELF);
        assertThat(text(channel.receive())).isEqualTo("message");
        assertThat(payload.position()).isEqualTo(2);
    }

    /** A node whose sending thread stands still, with a full queue. */
    private final class Stuck {
        private final CountDownLatch go = new CountDownLatch(1);
        private final CountDownLatch stuck = new CountDownLatch(1);
        private final Knet knet;
        private final Channel channel;

        private Stuck(QueueFullPolicy policy) throws InterruptedException {
            knet = toItself(Knet.builder(SELF).sendQueueBytes(SMALL_QUEUE).sendQueueFull(policy));
            channel = knet.channel(1);
            channel.onMessage(_ -> {});
            knet.setFilter(message -> {
                if (message.outgoing()) {
                    stuck.countDown();
                    awaitUninterruptibly(go);
                }
                return Destination.broadcast();
            });
            channel.send(bytes("stuck"));
            await(stuck);
            channel.send(ByteBuffer.allocate(65_536));
        }

        private void sendMore() {
            channel.send(ByteBuffer.allocate(65_536));
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aFullQueueMayFail() throws InterruptedException {
        Stuck node = new Stuck(QueueFullPolicy.fail());
        refused(Reason.QUEUE_FULL, node::sendMore);
        node.go.countDown();
    }

    @Test
    void aFullQueueMayDropWhichIsCountedAndTold() throws InterruptedException {
        Stuck node = new Stuck(QueueFullPolicy.drop());
        node.sendMore();
        node.sendMore();
        assertThat(node.knet.statistics().sendFailures()).containsEntry(Reason.QUEUE_FULL, 2L);
        assertThat(await(SendFailed.class)).isEqualTo(new SendFailed(Reason.QUEUE_FULL, 1, 1));
        node.go.countDown();
    }

    @Test
    void aFullQueueMayBlockForALimitedTime() throws InterruptedException {
        Stuck node = new Stuck(QueueFullPolicy.block(Duration.ofMillis(20)));
        refused(Reason.QUEUE_FULL, node::sendMore);
        node.go.countDown();
    }

    @Test
    void aBlockedSenderGoesOnWhenThereIsRoom() throws Exception {
        Stuck node = new Stuck(QueueFullPolicy.block(LONG));
        FutureTask<Boolean> sender =
                waiting(() -> {
                    node.sendMore();
                    return true;
                });
        assertThat(sender.isDone()).isFalse();
        node.go.countDown();
        assertThat(result(sender)).isTrue();
    }

    @Test
    void aBlockedSenderCanBeInterrupted() throws InterruptedException {
        Stuck node = new Stuck(QueueFullPolicy.block(LONG));
        Thread.currentThread().interrupt();
        refused(Reason.INTERRUPTED, node::sendMore);
        assertThat(Thread.interrupted()).isTrue();
        node.go.countDown();
    }

    @Test
    void closingEndsTheWaitOfABlockedSender() throws Exception {
        Stuck node = new Stuck(QueueFullPolicy.block(LONG));
        FutureTask<Throwable> sender =
                waiting(() -> org.assertj.core.api.Assertions.catchThrowable(node::sendMore));
        node.go.countDown();
        node.knet.close();
        Throwable thrown = result(sender);
        if (thrown != null) { // null: there was room just before
            assertThat(thrown).isInstanceOf(KnetClosedException.class);
        }
    }

    // ---- receiving

    @Test
    void receiveWaitsForAMessage() throws Exception {
        Channel channel = toItself().channel(3);
        assertThat(channel.receive(Duration.ZERO)).isEmpty();
        assertThat(channel.receive(Duration.ofMillis(1))).isEmpty();
        FutureTask<ReceivedMessage> receiver = waiting(channel::receive);
        channel.send(bytes("hello"), TO_SELF);
        ReceivedMessage message = result(receiver);
        assertThat(text(message)).isEqualTo("hello");
        assertThat(message.channel()).isEqualTo(3);
        assertThat(message.source()).isEqualTo(SELF);
    }

    @Test
    void messagesComeInOrder() throws InterruptedException {
        Channel channel = toItself().channel(3);
        for (int i = 0; i < 1000; i++) {
            channel.send(bytes("message " + i), TO_SELF);
        }
        for (int i = 0; i < 1000; i++) {
            assertThat(text(channel.receive())).isEqualTo("message " + i);
        }
    }

    @Test
    void closingAChannelEndsTheWaitOfAReceiver() throws Exception {
        Channel channel = toItself().channel(3);
        FutureTask<Throwable> receiver =
                waiting(() -> org.assertj.core.api.Assertions.catchThrowable(channel::receive));
        channel.close();
        assertThat(result(receiver)).isInstanceOf(KnetClosedException.class);
    }

    @Test
    void receiveAndHandlerExcludeEachOther() throws InterruptedException {
        Channel channel = toItself().channel(3);
        channel.onMessage(_ -> {});
        assertThatIllegalStateException().isThrownBy(channel::receive);
        channel.onMessage(null);
        channel.send(bytes("queued"), TO_SELF);
        assertThat(text(channel.receive())).isEqualTo("queued");
    }

    @Test
    void aHandlerThatThrowsLosesItsMessageOnly() throws InterruptedException {
        Knet knet = toItself();
        Channel channel = knet.channel(3);
        BlockingQueue<String> handled = new ArrayBlockingQueue<>(10);
        channel.onMessage(message -> {
            String text = new String(message.toByteArray(), StandardCharsets.UTF_8);
            if (text.equals("bad")) {
                throw new AssertionError("on purpose");
            }
            handled.add(text);
        });
        channel.send(bytes("bad"), TO_SELF);
        channel.send(bytes("good"), TO_SELF);
        assertThat(handled.poll(20, TimeUnit.SECONDS)).isEqualTo("good");
        HandlerFailed failed = await(HandlerFailed.class);
        assertThat(failed.channel()).isEqualTo(3);
        assertThat(failed.source()).isEqualTo(SELF);
        assertThat(failed.error()).hasMessage("on purpose");
    }

    @Test
    void aFullReceiveQueueLosesMessagesAndTells() throws InterruptedException {
        Knet knet = toItself(Knet.builder(SELF).receiveQueueBytes(SMALL_QUEUE));
        Channel slow = knet.channel(3);
        Channel other = knet.channel(4);
        slow.sendSync(ByteBuffer.allocate(65_536), TO_SELF);
        slow.sendSync(ByteBuffer.allocate(65_536), TO_SELF);
        refused(Reason.QUEUE_FULL, () -> slow.sendSync(ByteBuffer.allocate(1), TO_SELF));
        assertThat(await(ReceiveQueueFull.class)).isEqualTo(new ReceiveQueueFull(3, 1));
        other.sendSync(bytes("unharmed"), TO_SELF);
        assertThat(text(other.receive())).isEqualTo("unharmed");
        assertThat(slow.receive().payload()).hasSize(65_536);
        slow.sendSync(ByteBuffer.allocate(1), TO_SELF);
    }

    @Test
    void aChannelIsOneUntilItIsClosed() {
        Knet knet = toItself();
        Channel channel = knet.channel(31);
        assertThat(knet.channel(31)).isSameAs(channel);
        channel.close();
        assertThat(knet.channel(31)).isNotSameAs(channel);
        for (int id : new int[] {-1, 32}) {
            assertThatExceptionOfType(ConfigurationException.class)
                    .isThrownBy(() -> knet.channel(id))
                    .extracting(ConfigurationException::reason)
                    .isEqualTo(Reason.INVALID_ARGUMENT);
        }
    }

    // ---- callbacks and the end

    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("knet-" + SELF + '-'))
                .toList();
    }

    @Test
    void closingLeavesNoThreads() throws InterruptedException {
        Knet knet = toItself();
        knet.channel(1).onMessage(_ -> {});
        knet.channel(2).send(bytes("x"), TO_SELF);
        List<Thread> threads = threads();
        assertThat(threads).hasSizeGreaterThanOrEqualTo(4);
        knet.close();
        knet.close();
        for (Thread thread : threads) {
            assertThat(thread.join(LONG)).as(thread.getName()).isTrue();
        }
        assertThat(threads()).isEmpty();
        assertThatExceptionOfType(KnetClosedException.class).isThrownBy(knet::hosts);
        assertThatExceptionOfType(KnetClosedException.class).isThrownBy(() -> knet.channel(1));
    }

    @Test
    @DisplayName("C5: a refused compression leaves the one before")
    void aCompressionThatIsRefusedLeavesTheOneBefore() {
        CompressionConfig zlib = CompressionConfig.of(CompressionMethod.ZLIB).withLevel(6);
        Knet knet = toItself(Knet.builder(SELF).compression(zlib));
        assertThat(knet.compression()).isEqualTo(zlib);
        assertThat(Knet.compressionMethods()).containsExactly(CompressionMethod.ZLIB);
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(
                        () -> knet.setCompression(CompressionConfig.of(CompressionMethod.BZIP2)))
                .withMessage(
                        "method: bzip2 is not available here; available: zlib (add knet4j-compress"
                                + " and org.apache.commons:commons-compress to the class path)");
        assertThat(knet.compression()).isEqualTo(zlib);
        knet.setCompression(zlib.withLevel(0));
        assertThat(knet.compression()).isEqualTo(zlib.withLevel(-1));
        knet.close();
        assertThat(knet.compression()).isEqualTo(zlib.withLevel(-1));
        assertThatExceptionOfType(KnetClosedException.class)
                .isThrownBy(() -> knet.setCompression(CompressionConfig.NONE));
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() ->
                        Knet.builder(SELF)
                                .compression(CompressionConfig.of(CompressionMethod.LZMA))
                                .open());
    }

    @Test
    void aHandlerMayCloseTheNode() throws InterruptedException {
        Knet knet = toItself();
        CountDownLatch closed = new CountDownLatch(1);
        Channel channel = knet.channel(1);
        channel.onMessage(_ -> {
            knet.close();
            closed.countDown();
        });
        List<Thread> threads = threads();
        channel.send(bytes("x"), TO_SELF);
        await(closed);
        for (Thread thread : threads) {
            assertThat(thread.join(LONG)).as(thread.getName()).isTrue();
        }
    }

    @Test
    void aHandlerMayChangeTheNode() throws InterruptedException {
        Knet knet = toItself();
        CountDownLatch done = new CountDownLatch(1);
        knet.channel(1)
                .onMessage(_ -> {
                    knet.addHost(77).remove();
                    knet.channel(2).sendSync(bytes("from the handler"), TO_SELF);
                    done.countDown();
                });
        knet.channel(1).send(bytes("x"), TO_SELF);
        await(done);
        assertThat(text(knet.channel(2).receive())).isEqualTo("from the handler");
    }

    @Test
    void aListenerThatThrowsHarmsNobody() throws InterruptedException {
        Knet knet = open(Knet.builder(SELF));
        AtomicReference<KnetEvent> seen = new AtomicReference<>();
        CountDownLatch second = new CountDownLatch(2);
        knet.onEvent(_ -> {
            throw new IllegalStateException("on purpose");
        });
        Knet.Registration registration =
                knet.onEvent(event -> {
                    seen.set(event);
                    second.countDown();
                });
        knet.startForwarding();
        knet.channel(0).send(bytes("x"), Destination.host(9));
        await(SendFailed.class);
        knet.channel(0).send(bytes("x"), Destination.hosts());
        await(SendFailed.class);
        await(second);
        assertThat(seen.get()).isInstanceOf(SendFailed.class);
        registration.close();
        registration.close();
    }

    @Test
    void twoNodesTalkOverSockets() throws Exception {
        InetAddress here = InetAddress.getLoopbackAddress();
        InetSocketAddress one;
        InetSocketAddress two;
        try (DatagramSocket a = new DatagramSocket(0, here);
                DatagramSocket b = new DatagramSocket(0, here)) {
            one = (InetSocketAddress) a.getLocalSocketAddress();
            two = (InetSocketAddress) b.getLocalSocketAddress();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Knet first = open(Knet.builder(1));
        Knet second = Knet.builder(2).open();
        opened.add(second);
        Duration fast = Duration.ofMillis(5);
        first.addHost(2).addLink(0, LinkConfig.udp(one, two).withPing(fast, LONG).withPongCount(1));
        second.addHost(1)
                .addLink(0, LinkConfig.udp(two, one).withPing(fast, LONG).withPongCount(1));
        first.startForwarding();
        second.startForwarding();
        Channel receiver = second.channel(7);
        assertThat(await(HostReachable.class).host()).isEqualTo(2);
        byte[] payload = new byte[20_000];
        new java.util.Random(1).nextBytes(payload);
        // The peer may see the link a moment later.
        ReceivedMessage received = null;
        while (received == null) {
            first.channel(7).sendSync(ByteBuffer.wrap(payload), Destination.host(2));
            received = receiver.receive(Duration.ofMillis(20)).orElse(null);
        }
        assertThat(received.payload()).isEqualTo(payload);
        assertThat(received.source()).isEqualTo(1);
        first.host(2).orElseThrow().remove();
        second.host(1).orElseThrow().remove();
        assertThat(Nodes.leak(first)).isEmpty();
        assertThat(Nodes.leak(second)).isEmpty();
    }
}
