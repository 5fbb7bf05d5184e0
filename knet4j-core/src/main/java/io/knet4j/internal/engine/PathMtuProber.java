package io.knet4j.internal.engine;

import io.knet4j.KnetEvent.PathMtuChanged;
import io.knet4j.KnetEvent.PathMtuDiffers;
import io.knet4j.PathMtu;
import io.knet4j.Reason;
import io.knet4j.internal.onwire.MtuArithmetic;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.security.KeySlots;
import io.knet4j.internal.security.PacketSealer;
import io.knet4j.internal.transport.OutgoingBatch;
import io.knet4j.internal.transport.Path;
import io.knet4j.internal.transport.Transport;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Discovers the path MTU of all links that are up, each by itself and all at the same time: sends
 * the probes that {@link LinkMtu} asks for and puts to use what it finds.
 *
 * <p>Links take turns, one probe each, and together send little at a time, so that no ping finds
 * the network or this thread busy with probes.
 */
final class PathMtuProber {
    /** How often a link is at least asked whether what is known still holds. */
    private static final long CONFIRMATION = 5_000_000_000L;

    /** A confirmation may come this part of its time early, with those of others. */
    private static final int CONFIRMATION_SLACK = 8;

    /** By then a change of both directions is known to both ends. */
    private static final long LASTING = 8_000_000_000L;

    private static final long TURN = 1_000_000;

    /** Half of a network of 100 Mbit/s. */
    private static final int BYTES_PER_TURN = 8192;

    private static final int PROBES_PER_TURN = 16;

    /** How often a probe is tried that finds its socket full. */
    private static final int MAX_TRIES = 20;

    private static final long SHORTEST_WAIT = 100_000_000;
    private static final long WAIT_MARGIN = 50_000_000;

    private final Shared shared;
    private final KeySlots keys;
    private final TimerQueue timers;
    private final OnWireVersions versions;
    private final Router router;
    private final Transport transport;
    private final OutgoingBatch batch;
    private final EngineOutput output;

    /** Links with probes to send, in the order of their turns. */
    private final LinkedHashSet<LinkState> waiting = new LinkedHashSet<>();

    /** Those whose socket was found full in this turn. */
    private final ArrayDeque<LinkState> stalled = new ArrayDeque<>();

    private final TimerQueue.Timer turnTimer = new TimerQueue.Timer(this::onTurn);
    private long nextTurn = Long.MIN_VALUE;
    private long interval;
    private OptionalInt interfaceMtu;

    /**
     * @param batch room for one datagram of the largest size
     */
    PathMtuProber(
            Shared shared,
            KeySlots keys,
            TimerQueue timers,
            OnWireVersions versions,
            Router router,
            Transport transport,
            OutgoingBatch batch,
            EngineOutput output,
            long interval,
            OptionalInt interfaceMtu) {
        this.shared = shared;
        this.keys = keys;
        this.timers = timers;
        this.versions = versions;
        this.router = router;
        this.transport = transport;
        this.batch = batch;
        this.output = output;
        this.interval = interval;
        this.interfaceMtu = interfaceMtu;
    }

    // ---- what happens to links

    /** A link was added. */
    void onAdded(LinkState link) {
        interfaceMtu.ifPresent(link.probing.mtu::setInterface);
    }

    /** A link came up. */
    void onUp(long now, LinkState link) {
        if (interfaceMtu.isEmpty() && canProbe(link)) {
            search(now, link);
            link.probing.told = link.probing.snapshot(now); // that is to be expected
        }
    }

    private static boolean canProbe(LinkState link) {
        return link.monitor.connected()
                && link.path != null
                && link.path.socket().keepsDatagramsWhole();
    }

    /** A link went down. Its host gets a new route anyway. */
    void onDown(LinkState link) {
        forget(link);
        if (interfaceMtu.isEmpty()) {
            link.probing.mtu.stop();
        }
        link.probing.told = null;
        link.probing.forgetPath();
    }

    /** The peer of a link is somewhere else: what is known is of another path. */
    void onMoved(long now, LinkState link) {
        link.probing.forgetPath();
        if (interfaceMtu.isEmpty()) {
            forget(link);
            link.probing.mtu.stop();
            onUp(now, link);
        }
    }

    private void forget(LinkState link) {
        timers.cancel(link.probing.timer);
        waiting.remove(link);
        if (waiting.isEmpty()) {
            timers.cancel(turnTimer);
        }
    }

    /** Packets are sealed otherwise from now on. The caller updates the routes. */
    void onSealerChanged(long now, LinkState link, MtuRange range) {
        link.probing.mtu.setRange(range);
        link.probing.ofPeer.forget();
        if (interfaceMtu.isPresent()) {
            link.probing.mtu.setInterface(interfaceMtu.getAsInt());
        } else if (link.probing.mtu.isOn()) {
            search(now, link);
        }
        tell(now, link);
    }

    /** The MTU of the interfaces was set by hand, or is not any more. The caller updates routes. */
    void setInterfaceMtu(long now, OptionalInt bytes, Iterable<LinkState> links) {
        interfaceMtu = bytes;
        for (LinkState link : links) {
            forget(link);
            if (bytes.isPresent()) {
                link.probing.mtu.setInterface(bytes.getAsInt());
            } else {
                link.probing.mtu.stop();
                onUp(now, link);
            }
            tell(now, link);
        }
    }

    /** The MTU that was set by hand, empty when none was. */
    OptionalInt interfaceMtu() {
        return interfaceMtu;
    }

    /** Sets the time between searches. */
    void setInterval(long now, long nanos, Iterable<LinkState> links) {
        interval = nanos;
        for (LinkState link : links) {
            if (link.probing.mtu.isSettled()) {
                rest(now, link);
            }
        }
    }

    /** Starts a search on all links that are up. */
    void searchAll(long now, Iterable<LinkState> links) {
        for (LinkState link : links) {
            if (link.probing.mtu.isOn()) {
                search(now, link);
            }
        }
    }

    /** This machine refused to send a datagram of this size on the link. */
    void onRefused(long now, LinkState link, int payload) {
        if (link.probing.mtu.refuse(
                payload + MtuArithmetic.ipHeaders(link.probing.mtu.range().ipv6()))) {
            link.probing.lastSearch = now;
            goOn(now, link);
        }
    }

    /**
     * The network reports that a packet was too large for a router. That may be forged, so it is
     * but a reason to look at once whether what is in use still passes.
     */
    void onReported(long now, LinkState link, int packetBytes) {
        LinkMtu mtu = link.probing.mtu;
        if (mtu.isSettled()
                && packetBytes < mtu.packetBytes()
                && link.probing.reports.count(now) > 0) {
            mtu.confirm();
            startRound(now, link);
        }
    }

    // ---- probes

    private void search(long now, LinkState link) {
        link.probing.mtu.search();
        link.probing.lastSearch = now;
        startRound(now, link);
    }

    private void startRound(long now, LinkState link) {
        timers.cancel(link.probing.timer);
        link.probing.tries = 0;
        waiting.add(link);
        timers.schedule(turnTimer, Math.max(now, nextTurn));
    }

    private void onTurn(long now) {
        int bytes = 0;
        for (int i = 0; i < PROBES_PER_TURN && bytes < BYTES_PER_TURN; i++) {
            if (waiting.isEmpty()) {
                break;
            }
            LinkState link = waiting.removeFirst();
            bytes += sendNext(now, link);
        }
        waiting.addAll(stalled);
        stalled.clear();
        nextTurn = now + Math.max(1, bytes / BYTES_PER_TURN) * TURN;
        if (!waiting.isEmpty()) {
            timers.schedule(turnTimer, nextTurn);
        }
    }

    /** Sends the next probe of a link and returns its size, 0 when it was not sent. */
    private int sendNext(long now, LinkState link) {
        ProbeRound round = link.probing.mtu.round();
        if (!round.hasUnsent()) { // answers to earlier probes spare those that are left
            awaitAnswers(now, link);
            return 0;
        }
        int size = round.nextUnsent();
        int payload = write(link, size);
        Reason failure = payload == PacketSealer.FAILED ? Reason.ENCRYPTION_FAILED : send();
        if (failure == Reason.DATAGRAM_TOO_LARGE || failure == Reason.NOT_PERMITTED) {
            onProbeRefused(now, link, size);
            return 0;
        }
        if (failure == Reason.NO_PROGRESS && ++link.probing.tries < MAX_TRIES) {
            stalled.add(link);
            return 0;
        }
        link.probing.tries = 0;
        if (failure == null) {
            round.sent(size);
            link.counters.txPmtud.count(payload);
            link.probing.sent.sent(link.probing.mtu.range().packetBytes(size));
        } else {
            round.failed(size);
            link.counters.txPmtud.errors.increment();
        }
        awaitAnswers(now, link);
        return failure == null ? payload : 0;
    }

    private int write(LinkState link, int size) {
        batch.clear();
        PacketSealer sealer = keys.controlSealer();
        int offset = batch.reserve();
        int length = Packets.PING_SIZE + size;
        Packets.writeProbe(
                batch.memory(),
                offset + sealer.prefix(),
                versions.current(),
                shared.localHost,
                link.id,
                link.probing.mtu.range().packetBytes(size),
                length);
        int sealed = sealer.seal(batch.memory(), offset, length);
        Path path = link.path;
        if (sealed != PacketSealer.FAILED && path != null) {
            batch.add(path, offset, sealed, link);
        }
        return sealed;
    }

    private @Nullable Reason send() {
        if (batch.isEmpty()) {
            return Reason.SOCKET_FAILED; // the link has lost its peer
        }
        transport.send(batch);
        batch.failPending(Reason.NO_PROGRESS);
        return batch.failure(0);
    }

    private void onProbeRefused(long now, LinkState link, int size) {
        LinkMtu mtu = link.probing.mtu;
        if (size <= mtu.dataMtu() && mtu.refuse(mtu.range().packetBytes(size))) {
            link.probing.lastSearch = now;
            goOn(now, link);
        } else {
            mtu.refused(size);
            awaitAnswers(now, link);
        }
    }

    /** A probe of the round is dealt with: the next has its turn, or answers have their time. */
    private void awaitAnswers(long now, LinkState link) {
        if (link.probing.mtu.round().hasUnsent()) {
            waiting.add(link);
        } else if (link.probing.mtu.round().isOver()) {
            onRoundEnd(now, link);
        } else {
            timers.schedule(link.probing.timer, now + wait(link));
        }
    }

    private static long wait(LinkState link) {
        long answer = 2 * link.monitor.expectedRoundTrip() + WAIT_MARGIN;
        long longest = Math.max(SHORTEST_WAIT, link.monitor.timeout());
        return Math.clamp(answer, SHORTEST_WAIT, longest) * link.probing.mtu.patience();
    }

    // ---- answers

    /**
     * An answer to a probe came.
     *
     * @param packetBytes the size of which it speaks
     * @return whether it was asked for
     */
    boolean onReply(long now, LinkState link, int packetBytes) {
        LinkMtu mtu = link.probing.mtu;
        if (!link.probing.sent.answered(packetBytes)) {
            return false;
        }
        mtu.answered(packetBytes);
        if (mtu.isProbing() && mtu.round().isOver()) {
            waiting.remove(link);
            onRoundEnd(now, link);
        }
        return true;
    }

    /** The peer probed the way to us, with a datagram of this size. */
    void onPeerProbe(long now, LinkState link, int payload) {
        link.probing.ofPeer.probed(
                now, payload + MtuArithmetic.ipHeaders(link.probing.mtu.range().ipv6()));
    }

    /** The time of a link is over: of answers to its probes, or of rest between them. */
    void onTimer(long now, LinkState link) {
        if (link.probing.mtu.isProbing()) {
            onRoundEnd(now, link);
        } else if (now - link.probing.lastSearch >= interval) {
            search(now, link);
        } else {
            link.probing.mtu.confirm();
            startRound(now, link);
        }
    }

    private void onRoundEnd(long now, LinkState link) {
        link.probing.mtu.endRound();
        goOn(now, link);
    }

    private void goOn(long now, LinkState link) {
        if (link.probing.mtu.isProbing()) {
            startRound(now, link);
        } else {
            rest(now, link);
        }
        tell(now, link);
        router.update(link.host);
        compareDirections(now, link);
    }

    private void rest(long now, LinkState link) {
        long search = Math.max(now, link.probing.lastSearch + interval);
        long confirmation = now + Math.min(CONFIRMATION, interval);
        if (confirmation < search) {
            timers.schedule(link.probing.timer, confirmation, CONFIRMATION / CONFIRMATION_SLACK);
        } else {
            timers.schedule(link.probing.timer, search);
        }
    }

    private void tell(long now, LinkState link) {
        PathMtu told = link.probing.told;
        PathMtu mtu = link.probing.snapshot(now);
        if (link.monitor.connected()
                && (told == null
                        || told.dataMtu() != mtu.dataMtu()
                        || told.limit() != mtu.limit()
                        || (told.searching() && !mtu.searching()))) {
            link.probing.told = mtu;
            output.publish(new PathMtuChanged(link.host.id, link.id, mtu));
        }
    }

    /**
     * Tells that packets of other sizes pass towards us, when that lasts: both directions may be
     * changing.
     */
    private void compareDirections(long now, LinkState link) {
        LinkProbing probing = link.probing;
        int sent = probing.mtu.packetBytes();
        int received = probing.ofPeer.found(now);
        if (!probing.mtu.isFound() || received == 0) {
            return;
        }
        // libknet 1.x leaves one byte more than it has to in counter mode.
        int difference = probing.mtu.dataMtu() - probing.mtu.range().dataMtu(received);
        if (Math.abs(difference) <= 1) {
            probing.difference = null;
            return;
        }
        PathMtuDiffers differs = new PathMtuDiffers(link.host.id, link.id, sent, received);
        if (!differs.equals(probing.difference)) {
            probing.difference = differs;
            probing.differenceSince = now;
            probing.differenceTold = false;
        } else if (!probing.differenceTold && now - probing.differenceSince >= LASTING) {
            probing.differenceTold = true;
            output.publish(differs);
        }
    }
}
