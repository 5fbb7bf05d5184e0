package io.knet4j.internal.engine;

import io.knet4j.Destination;
import io.knet4j.DropCause;
import io.knet4j.KnetConfig;
import io.knet4j.LinkConfig;
import io.knet4j.Reason;
import io.knet4j.internal.compress.CompressionMethods;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.security.KeySlots;
import io.knet4j.internal.transport.IncomingBatch;
import io.knet4j.internal.transport.OutgoingBatch;
import io.knet4j.internal.transport.Transport;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An engine with a network and a clock in the hand of the test. The local node is host 1. */
final class TestNode {
    static final int SELF = 1;
    static final Duration INTERVAL = Duration.ofMillis(100);
    static final Duration TIMEOUT = Duration.ofMillis(400);
    static final long MILLI = 1_000_000;
    static final Instant WALL_CLOCK = Instant.parse("2025-03-01T12:00:00Z");

    final FakeTransport transport = new FakeTransport();
    final RecordingOutput output = new RecordingOutput();
    final Engine engine;

    /** What peers have in their slots, or null when all is clear. */
    @Nullable CryptoPeer peer;

    final IncomingBatch incoming = new IncomingBatch(ByteBuffer.allocate(1 << 20), 512);
    private final List<LinkState> answering = new ArrayList<>();
    long now = 5_000_000_000L;

    /** Every look at it takes 7 ns. */
    private long stopwatch;

    TestNode() {
        this(io.knet4j.Knet.builder(SELF).build(), new KeySlots());
    }

    TestNode(KnetConfig config, KeySlots keys) {
        this(config, keys, CompressionMethods::installed);
    }

    TestNode(KnetConfig config, KeySlots keys, Parallel parallel) {
        this(config, keys, CompressionMethods::installed, parallel);
    }

    TestNode(KnetConfig config, KeySlots keys, Supplier<CompressionMethods> methods) {
        this(config, keys, methods, Parallel.ALONE);
    }

    private TestNode(
            KnetConfig config,
            KeySlots keys,
            Supplier<CompressionMethods> methods,
            Parallel parallel) {
        engine =
                new Engine(
                        config,
                        keys,
                        transport,
                        output,
                        new SplittableRandom(99),
                        new OutgoingBatch(ByteBuffer.allocate(1 << 16), 1024),
                        new OutgoingBatch(ByteBuffer.allocate(1 << 17), 1),
                        new OutgoingBatch(ByteBuffer.allocate(1 << 18), 4096),
                        methods,
                        new Clocks(() -> WALL_CLOCK.plusNanos(now), () -> stopwatch += 7),
                        parallel);
        engine.setForwarding(true);
    }

    long looksAtStopwatch() {
        return stopwatch / 7;
    }

    static InetSocketAddress local(int link) {
        return new InetSocketAddress("10." + link + ".0.1", 5405);
    }

    static InetSocketAddress remote(int host, int link) {
        return new InetSocketAddress("10." + link + '.' + (host >>> 8) + '.' + (host & 0xff), 5405);
    }

    static LinkConfig config(int host, int link) {
        return LinkConfig.udp(local(link), remote(host, link))
                .withPing(INTERVAL, TIMEOUT)
                .withPongCount(1);
    }

    HostState host(int id, int links) {
        HostState host = engine.addHost(id, "host-" + id);
        for (int link = 0; link < links; link++) {
            engine.addLink(now, host, link, config(id, link));
        }
        return host;
    }

    /** Adds a host and brings its links up. */
    HostState hostUp(int id, int links) {
        HostState host = host(id, links);
        for (int link = 0; link < links; link++) {
            answering.add(Objects.requireNonNull(host.link(link)));
        }
        bringUp();
        return host;
    }

    /** Brings up one more link. */
    void bringUp(LinkState link) {
        answering.add(link);
        bringUp();
    }

    private void bringUp() {
        while (!answering.stream().allMatch(link -> link.monitor.connected())) {
            engine.runTimers(now);
            answerPings();
            now += INTERVAL.toNanos();
        }
        transport.sent.clear();
        output.events.clear();
    }

    /** Answers the pings that were sent on links that are meant to be up. */
    void answerPings() {
        for (FakeTransport.Sent sent : drainPings()) {
            answering.stream()
                    .filter(link -> sent.path().equals(link.path))
                    .forEach(link -> answer(sent, link.host.id));
        }
    }

    /** Lets a host answer a ping. */
    void answer(FakeTransport.Sent ping, int host) {
        receive(ping.path().remote(), sealed(Wire.pong(ping.bytes(), host)));
    }

    /** A packet as peers send it. */
    byte[] sealed(byte[] packet) {
        return peer == null ? packet : peer.seal(packet);
    }

    void receive(InetSocketAddress source, byte[]... datagrams) {
        incoming.clear();
        for (byte[] datagram : datagrams) {
            incoming.memory().put(incoming.used(), datagram);
            incoming.add(socket(), source, datagram.length);
        }
        engine.receive(now, incoming);
        incoming.clear();
    }

    private static Transport.Socket socket() {
        return () -> local(0);
    }

    /** Lets time pass, with every timer at its time. */
    void advance(long nanos) {
        long end = now + nanos;
        long next = engine.runTimers(now);
        while (next <= end) {
            now = Math.max(now, next);
            next = engine.runTimers(now);
        }
        now = end;
    }

    Reason send(Destination destination, int length) {
        return send(destination, payload(length));
    }

    Reason send(Destination destination, byte[] payload) {
        OutgoingMessage message =
                new OutgoingMessage()
                        .set(3, destination, ByteBuffer.wrap(payload), 0, payload.length);
        Reason refused = engine.sender().address(message, false);
        return refused != null ? refused : engine.sender().send(now, message, false);
    }

    Reason sendNow(Destination destination, int length) {
        byte[] payload = payload(length);
        OutgoingMessage message =
                new OutgoingMessage().set(3, destination, ByteBuffer.wrap(payload), 0, length);
        Reason refused = engine.sender().address(message, true);
        return refused != null ? refused : engine.sender().sendNow(now, message);
    }

    /** Closes what no link uses any more, as it is done when nothing is being sent. */
    void closeSockets() {
        engine.closeUnusedSockets(engine.releasedSockets(), Integer.MAX_VALUE);
    }

    /** What was sent of a type, opened; everything is taken out. */
    List<FakeTransport.Sent> drain(int type) {
        return drainOpened().stream().filter(sent -> sent.type() == type).toList();
    }

    /** What was sent, opened; everything is taken out. */
    List<FakeTransport.Sent> drainOpened() {
        CryptoPeer opener = peer;
        List<FakeTransport.Sent> all = transport.drain();
        return opener == null
                ? all
                : all.stream()
                        .map(sent -> new FakeTransport.Sent(sent.path(), opener.open(sent.bytes())))
                        .toList();
    }

    List<FakeTransport.Sent> drainPings() {
        return drain(Packets.PING);
    }

    long drops(DropCause cause) {
        return engine.drops().getOrDefault(cause, 0L);
    }

    static byte[] payload(int length) {
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++) {
            payload[i] = (byte) (i * 31 + length);
        }
        return payload;
    }

    /** The messages that were delivered, as texts. */
    List<String> texts() {
        return output.delivered.stream().map(message -> Wire.text(message.payload())).toList();
    }

    static byte[] tail(byte[] bytes, int from) {
        return Arrays.copyOfRange(bytes, from, bytes.length);
    }
}
