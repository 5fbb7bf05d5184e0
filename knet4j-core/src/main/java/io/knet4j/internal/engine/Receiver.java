package io.knet4j.internal.engine;

import io.knet4j.CompressionMethod;
import io.knet4j.Destination;
import io.knet4j.DestinationFilter;
import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.KnetEvent.FilterFailed;
import io.knet4j.KnetEvent.HostRestarted;
import io.knet4j.KnetEvent.OnWireVersionChanged;
import io.knet4j.KnetEvent.ZstdWithheld;
import io.knet4j.internal.compress.CompressionMethods;
import io.knet4j.internal.engine.EngineOutput.Delivery;
import io.knet4j.internal.engine.LinkState.ControlStream;
import io.knet4j.internal.engine.RestartDetector.Finding;
import io.knet4j.internal.onwire.MtuArithmetic;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.onwire.ReassembledMessage;
import io.knet4j.internal.onwire.Reassembler;
import io.knet4j.internal.onwire.Reassembler.Outcome;
import io.knet4j.internal.onwire.SequenceWindow;
import io.knet4j.internal.onwire.SequenceWindow.Verdict;
import io.knet4j.internal.security.KeySlots;
import io.knet4j.internal.security.PacketSealer;
import io.knet4j.internal.transport.IncomingBatch;
import io.knet4j.internal.transport.Path;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of a datagram from the network: opened, checked, traced to its host and link; then by
 * type, pings answered first; data through the sequence window, reassembly, decompression and the
 * filter to its channel.
 */
final class Receiver {
    private static final int NOTHING = 0;

    /** Added to twice the longest round trip that was measured. */
    private static final long TRAVEL_MARGIN = 1_000_000;

    private final Shared shared;
    private final KeySlots keys;
    private final Mismatches mismatches;
    private final Hosts hosts;
    private final OnWireVersions versions;
    private final AccessControl access;
    private final FloodGuard guard;
    private final Heartbeat heartbeat;
    private final SendWindows windows;
    private final PeerFinder finder;
    private final Router router;
    private final PathMtuProber prober;
    private final Reassembler reassembler;
    private final ControlOutbox outbox;
    private final Drops drops;
    private final CryptoMeter cryptoMeter;
    private final EngineOutput output;
    private final MessageDecompressor decompressor;
    private final FilterCall filterCall = new FilterCall();
    private final Counter messagesDelivered = new Counter();

    Receiver(
            Shared shared,
            KeySlots keys,
            Mismatches mismatches,
            Hosts hosts,
            OnWireVersions versions,
            AccessControl access,
            FloodGuard guard,
            Heartbeat heartbeat,
            SendWindows windows,
            PeerFinder finder,
            Router router,
            PathMtuProber prober,
            Reassembler reassembler,
            ControlOutbox outbox,
            Drops drops,
            CryptoMeter cryptoMeter,
            EngineOutput output,
            Supplier<CompressionMethods> methods,
            LongSupplier stopwatch) {
        this.shared = shared;
        this.keys = keys;
        this.mismatches = mismatches;
        this.hosts = hosts;
        this.versions = versions;
        this.access = access;
        this.guard = guard;
        this.heartbeat = heartbeat;
        this.windows = windows;
        this.finder = finder;
        this.router = router;
        this.prober = prober;
        this.reassembler = reassembler;
        this.outbox = outbox;
        this.drops = drops;
        this.cryptoMeter = cryptoMeter;
        this.output = output;
        decompressor = new MessageDecompressor(methods, output, stopwatch);
    }

    /**
     * Takes a batch: control packets first, so that no peer waits for its pong because of data.
     * What pings say about sequence numbers has its turn among the data, as it was sent.
     */
    void receive(long now, IncomingBatch batch) {
        guard.look(now, batch);
        router.hold();
        try {
            for (int i = 0; i < batch.size(); i++) {
                if (!hasSequence(now, batch, i)) {
                    batch.narrow(i, 0, NOTHING);
                }
            }
            outbox.flush();
        } finally {
            router.release();
        }
        try {
            for (int i = 0; i < batch.size(); i++) {
                if (batch.length(i) != NOTHING) {
                    onSequence(now, batch, i);
                }
            }
        } finally {
            try {
                reassembler.keep();
            } finally {
                output.deliveryEnds();
            }
        }
    }

    /** Opens and checks a datagram and deals with it, but for data and the number in a ping. */
    private boolean hasSequence(long now, IncomingBatch batch, int index) {
        InetSocketAddress source = batch.source(index);
        if (!access.admits(source)) {
            return refuse(now, DropCause.ACCESS_DENIED, batch, index);
        }
        ByteBuffer memory = batch.memory();
        int datagram = batch.length(index);
        SampledTimer timer = cryptoMeter.opening;
        long started = keys.isEmpty() ? SampledTimer.SKIPPED : timer.start();
        int length = keys.open(memory, batch.offset(index), datagram);
        long took = timer.since(started);
        if (length == KeySlots.REFUSED) {
            DropCause cause =
                    mismatches.onRefused(now, memory, batch.offset(index), datagram, source);
            return refuse(now, cause, batch, index);
        }
        int packet = keys.packetOffset();
        if (length < Packets.MIN_PACKET) {
            return refuse(now, DropCause.TOO_SHORT, batch, index);
        }
        int version = Packets.version(memory, packet);
        if (!versions.accepts(version, Packets.maxVersion(memory, packet))) {
            return refuse(now, DropCause.WRONG_VERSION, batch, index);
        }
        HostState host = hosts.get(Packets.host(memory, packet));
        if (host == null) {
            return refuse(now, DropCause.UNKNOWN_HOST, batch, index);
        }
        int type = Packets.type(memory, packet);
        int minLength = Packets.minLength(type);
        if (minLength == 0) {
            return refuse(now, DropCause.UNKNOWN_TYPE, batch, index);
        }
        if (length < minLength) {
            return refuse(now, DropCause.TOO_SHORT, batch, index);
        }
        if (type == Packets.DATA) {
            if (keys.wasSealed()) {
                timer.count(took);
            } else {
                timer.skip();
            }
            batch.narrow(index, packet, length);
            return true;
        }
        LinkState link = host.link(Packets.link(memory, packet));
        if (!isWhereItsPeerSends(link, source)) {
            guard.useless(now, batch.socket(index), source);
        }
        if (link == null || link.isLoopback()) {
            return drop(now, DropCause.WRONG_LINK, source);
        }
        DropCause wrongSource =
                link.peer == null
                        ? wrongSource(host, link, source)
                        : wrongSource(host, link, link.peer, type, source);
        if (wrongSource != null) {
            return drop(now, wrongSource, source);
        }
        switch (type) {
            case Packets.PING -> {
                Path back = link.path;
                if (link.peer != null) {
                    long token = pingToken(memory, packet);
                    back = finder.onPing(now, link, link.peer, token, source);
                    if (back != null && !back.equals(link.path)) {
                        guard.expect(now, source);
                    }
                }
                if (back == null) {
                    return drop(now, DropCause.WRONG_ADDRESS, source);
                }
                onPing(link, back, memory, packet, length);
                batch.narrow(index, packet, length);
                return true;
            }
            case Packets.PONG -> onPong(now, link, memory, packet, length, source);
            case Packets.PMTUD -> {
                onProbe(link, memory, packet, length);
                prober.onPeerProbe(now, link, datagram);
            }
            default -> {
                link.counters.rxPmtud.count(length);
                if (!prober.onReply(now, link, Packets.probedSize(memory, packet))) {
                    drops.count(now, DropCause.UNSOLICITED_PMTUD_REPLY, source);
                }
            }
        }
        return false;
    }

    private static boolean isWhereItsPeerSends(@Nullable LinkState link, InetSocketAddress source) {
        Path path = link == null ? null : link.path;
        return path != null && source.equals(path.remote());
    }

    /** It is no packet of a host. */
    private boolean refuse(long now, DropCause cause, IncomingBatch batch, int index) {
        guard.useless(now, batch.socket(index), batch.source(index));
        return drop(now, cause, batch.source(index));
    }

    private boolean drop(long now, DropCause cause, InetSocketAddress source) {
        drops.count(now, cause, source);
        return false;
    }

    /**
     * Links are told apart by address and port; a port that belongs to no link is let pass, since
     * NAT and libknet do not keep it.
     */
    private static @Nullable DropCause wrongSource(
            HostState host, LinkState claimed, InetSocketAddress source) {
        LinkState actual = host.linkFrom(source);
        if (actual == claimed) {
            return null;
        }
        if (claimed.path == null
                || !ScopedAddress.sameHost(
                        claimed.path.remote().getAddress(), source.getAddress())) {
            return DropCause.WRONG_ADDRESS;
        }
        boolean portOfOther =
                actual != null && actual.path != null && actual.path.remote().equals(source);
        return portOfOther ? DropCause.WRONG_LINK : null;
    }

    /**
     * The peer of a dynamic link may be anywhere that its access list accepts, but for the ends of
     * static links of the host. From elsewhere than it is now known to be, it is heard by its pings
     * first.
     */
    private @Nullable DropCause wrongSource(
            HostState host,
            LinkState claimed,
            DynamicPeer peer,
            int type,
            InetSocketAddress source) {
        InetAddress address = source.getAddress();
        boolean ipv6 = claimed.socket().local().getAddress() instanceof Inet6Address;
        if (address instanceof Inet6Address != ipv6) {
            return DropCause.WRONG_ADDRESS;
        }
        if (!access.admits(claimed, address)) {
            return DropCause.ACCESS_DENIED;
        }
        LinkState actual = host.linkFrom(source);
        if (actual != null
                && actual.peer == null
                && actual.path != null
                && actual.path.remote().equals(source)) {
            return DropCause.WRONG_LINK;
        }
        boolean known =
                claimed.path != null
                        && ScopedAddress.sameHost(claimed.path.remote().getAddress(), address);
        return known
                        || type == Packets.PING
                        || (type == Packets.PONG && finder.isAsked(peer, source))
                ? null
                : DropCause.WRONG_ADDRESS;
    }

    private void onPing(LinkState link, Path back, ByteBuffer memory, int packet, int length) {
        HostState host = link.host;
        link.counters.rxPing.count(length);
        if (length > Packets.PING_SIZE) {
            mismatches.onLongPing(link, length - Packets.PING_SIZE);
        }
        answer(link.pongs, back, memory, packet, Packets.PING_SIZE);
        int version = Packets.version(memory, packet);
        int maxVersion = Packets.maxVersion(memory, packet);
        if (versions.onPing(host.version, version, maxVersion)
                && versions.negotiate(hosts.versions())) {
            router.publish();
            output.publish(new OnWireVersionChanged(versions.snapshot()));
        }
    }

    private void onPingSequence(long now, HostState host, ByteBuffer memory, int packet) {
        LinkState link = host.link(Packets.link(memory, packet));
        if (link == null) {
            return; // a callback removed it since
        }
        int sequence = Packets.pingSequence(memory, packet);
        if (!Packets.pingTimed(memory, packet)) {
            if (!isOld(now, host, link, sequence) && !isDoubtful(now, host, link, sequence)) {
                int newest = host.window.newest();
                host.window.announce(sequence);
                noteAdvance(now, host, newest);
                note(now, host, link, sequence);
            }
            return;
        }
        Finding finding =
                host.restarts.onPing(
                        now,
                        sequence,
                        goesBack(host, link, sequence),
                        pingToken(memory, packet),
                        host.window,
                        sentAfter(now, host, link),
                        host.shortestPingInterval());
        if (finding != Finding.NOTHING) {
            host.window.reset();
            host.forgetHeard();
            reassembler.clear(host.incomplete);
        }
        if (finding == Finding.RESTARTED) {
            output.publish(new HostRestarted(host.id));
        }
        if (!isOld(now, host, link, sequence) && !isDoubtful(now, host, link, sequence)) {
            note(now, host, link, sequence);
        }
    }

    private static void note(long now, HostState host, LinkState link, int sequence) {
        SequenceWindow window = host.window;
        link.heard.note(now, sequence, window.position(sequence), window.newestPosition());
    }

    /**
     * Whether a number only looks new, since so many came by other links meanwhile: by the order of
     * its own link, it is older. That order is given up when a pong shows that it is wrong.
     */
    private static boolean isOld(long now, HostState host, LinkState link, int sequence) {
        SequenceWindow window = host.window;
        HeardNumber heard = link.heard;
        long all = window.newestPosition();
        if (window.isEmpty() || !heard.isFollowed(now, 2 * link.monitor.timeout(), all)) {
            return false;
        }
        long position = heard.position(sequence);
        if (position >= window.position(sequence)) {
            return false;
        }
        if (position < link.lowestPosition) {
            heard.forget();
            return false;
        }
        heard.note(now, sequence, position, all);
        return true;
    }

    /**
     * Whether the number of a ping may be old although it looks new: the order of its link does not
     * tell, and other links, which go on, have not come that far. Hosts tell every 8,191 messages
     * where they are.
     */
    private static boolean isDoubtful(long now, HostState host, LinkState link, int sequence) {
        SequenceWindow window = host.window;
        long all = window.newestPosition();
        return !window.isEmpty()
                && window.position(sequence) - all > Sender.FORCED_PING_PERIOD
                && !link.heard.isFollowed(now, 2 * link.monitor.timeout(), all)
                && host.restarts.heardMessageWithin(
                        now, Math.max(host.longestTravel(), link.monitor.timeout()));
    }

    /**
     * Whether the number of a ping goes back on its own link. A queue may be longer than a ping
     * timeout only for moments: pings behind a pong that answers a ping which was sent that long
     * after the last message need not go back.
     */
    private static boolean goesBack(HostState host, LinkState link, int sequence) {
        return link.heard.isNone()
                || link.heard.isAheadOf(sequence)
                || host.restarts.isQuiet(link.newestAnsweredPing, link.monitor.timeout());
    }

    /**
     * A time after which a ping that comes now was surely sent. Where the link has told nothing yet
     * by its order of numbers, a queue on the way may be of any length; but what comes behind a
     * pong was sent after the ping that it answers.
     */
    private static long sentAfter(long now, HostState host, LinkState link) {
        return link.heard.isNone()
                ? link.newestAnsweredPing
                : now - host.longestTravel() - TRAVEL_MARGIN;
    }

    /** A hash. The first two pings of a link have the same token, but not the same number. */
    private static long pingToken(ByteBuffer memory, int packet) {
        return Packets.pingTokenHigh(memory, packet) * 31
                + Packets.pingTokenLow(memory, packet)
                + (Packets.pingSequence(memory, packet) << 3 | Packets.link(memory, packet));
    }

    private void onPong(
            long now,
            LinkState link,
            ByteBuffer memory,
            int packet,
            int length,
            InetSocketAddress source) {
        link.counters.rxPong.count(length);
        long sentAt = Packets.pingTokenHigh(memory, packet);
        long seal = Packets.pingTokenLow(memory, packet);
        DynamicPeer peer = link.peer;
        if (peer != null && finder.onPong(now, link, peer, sentAt, seal, source)) {
            return;
        }
        DropCause cause = heartbeat.onPong(now, link, sentAt, seal);
        if (cause != null) {
            // The first two pings of a link were sent at the same time, and count as one.
            if (cause != DropCause.DUPLICATE_PONG || !link.monitor.isFirstPing(sentAt)) {
                drops.count(now, cause, source);
            }
            return;
        }
        windows.onPong(now, link.window, sentAt);
        guard.answered(now, link, source);
        if (peer != null) {
            finder.onPeerAnswered(link, peer, sentAt, source);
        }
    }

    private void onProbe(LinkState link, ByteBuffer memory, int packet, int length) {
        link.counters.rxPmtud.count(length);
        answer(link.pmtud, link.path, memory, packet, Packets.PMTUD_HEADER);
    }

    private void answer(
            ControlStream stream, @Nullable Path back, ByteBuffer memory, int packet, int length) {
        PacketSealer sealer = keys.controlSealer();
        int sealed = PacketSealer.FAILED;
        if (back != null && outbox.makeRoom(sealer)) {
            sealed =
                    ControlPackets.answer(
                            outbox.batch(),
                            sealer,
                            shared.localHost,
                            memory,
                            packet,
                            length,
                            back,
                            stream);
        }
        if (sealed == PacketSealer.FAILED) {
            stream.counter().errors.increment();
        } else {
            stream.counter().count(sealed);
        }
    }

    private void onSequence(long now, IncomingBatch batch, int index) {
        ByteBuffer memory = batch.memory();
        int packet = batch.offset(index);
        HostState host = hosts.get(Packets.host(memory, packet));
        if (host == null) {
            return; // a callback removed it since
        }
        if (Packets.type(memory, packet) == Packets.PING) {
            onPingSequence(now, host, memory, packet);
        } else {
            onData(now, host, batch, index);
        }
    }

    private void onData(long now, HostState host, IncomingBatch batch, int index) {
        ByteBuffer memory = batch.memory();
        int packet = batch.offset(index);
        int length = batch.length(index);
        InetSocketAddress source = batch.source(index);
        LinkState link = host.linkFrom(source);
        if (link == null) {
            guard.useless(now, batch.socket(index), source);
            drops.count(now, DropCause.WRONG_ADDRESS, source);
            return;
        }
        if (!access.admits(link, source.getAddress())) {
            drops.count(now, DropCause.ACCESS_DENIED, source);
            return;
        }
        link.counters.rxData.count(length);
        // The peer may see the link up before we do. It is not taken up for that: a host that was
        // just restarted must not send before its pings have shown so.
        if (host.route == null && !(link.config.enabled() && link.monitor.hasAnswered())) {
            drops.count(now, DropCause.HOST_UNREACHABLE, source);
            return;
        }
        int sequence = Packets.dataSequence(memory, packet);
        int channel = Packets.dataChannel(memory, packet);
        if (channel < 0 || channel >= Knet.MAX_CHANNELS) {
            drops.count(now, DropCause.BAD_CHANNEL, source);
            return;
        }
        if (sequence == 0) {
            drops.count(now, DropCause.STALE, source);
            return;
        }
        int count = Packets.dataFragmentCount(memory, packet);
        int number = Packets.dataFragmentNumber(memory, packet);
        if (count > 1 && (number == 0 || number > count || count > MtuArithmetic.MAX_FRAGMENTS)) {
            drops.count(now, DropCause.BAD_FRAGMENT, source);
            return;
        }
        if (isOld(now, host, link, sequence)) {
            drops.count(now, DropCause.STALE, source);
            return;
        }
        int newest = host.window.newest();
        Verdict verdict = host.window.check(sequence);
        note(now, host, link, sequence);
        if (verdict != Verdict.NEW) {
            drops.count(
                    now,
                    verdict == Verdict.DUPLICATE ? DropCause.DUPLICATE : DropCause.STALE,
                    source);
            return;
        }
        noteAdvance(now, host, newest);
        int payload = packet + Packets.DATA_HEADER;
        int payloadLength = length - Packets.DATA_HEADER;
        int compression = Packets.dataCompression(memory, packet);
        if (count <= 1) {
            onMessage(
                    now,
                    host,
                    sequence,
                    channel,
                    compression,
                    memory,
                    payload,
                    payloadLength,
                    source);
            return;
        }
        Outcome outcome =
                reassembler.add(
                        host.incomplete,
                        now,
                        host.window.position(sequence),
                        number,
                        count,
                        channel,
                        compression,
                        memory,
                        payload,
                        payloadLength);
        switch (outcome) {
            case INCOMPLETE -> {}
            case COMPLETE -> {
                ReassembledMessage message = reassembler.message();
                if (message.isInPieces() && mayStayInPieces(compression)) {
                    Delivery delivery = output.deliver(channel, host.id, message);
                    onDelivery(now, host, sequence, delivery, source);
                } else {
                    onMessage(
                            now,
                            host,
                            sequence,
                            channel,
                            compression,
                            message.buffer(),
                            0,
                            message.length(),
                            source);
                }
            }
            case DUPLICATE -> drops.count(now, DropCause.DUPLICATE_FRAGMENT, source);
            case CONTRADICTORY -> drops.count(now, DropCause.CONTRADICTORY_FRAGMENT, source);
            case TOO_LONG -> drops.count(now, DropCause.MESSAGE_TOO_LONG, source);
        }
    }

    /** Whether nothing is to be done with a message but to hand it to its channel. */
    private boolean mayStayInPieces(int compression) {
        return compression == 0 && shared.filter == null && shared.forwarding;
    }

    // Messages behind the newest say nothing: after a restart, the first ones of the new life may
    // fill gaps that the old one left.
    private static void noteAdvance(long now, HostState host, int newestBefore) {
        if (host.window.newest() != newestBefore) {
            host.restarts.onMessage(now);
        }
    }

    /** A message is complete, but may be compressed. */
    private void onMessage(
            long now,
            HostState host,
            int sequence,
            int channel,
            int compression,
            ByteBuffer memory,
            int offset,
            int length,
            InetSocketAddress source) {
        if (!shared.forwarding) {
            drops.count(now, DropCause.FORWARDING_DISABLED, source);
            return;
        }
        if (compression == 0) {
            deliver(now, host, sequence, channel, memory, offset, length, source);
            return;
        }
        DropCause damage = decompressor.decompress(now, compression, memory, offset, length);
        learnMethod(host, compression, damage == null);
        if (damage != null) {
            drops.count(now, damage, source);
            return;
        }
        deliver(
                now,
                host,
                sequence,
                channel,
                decompressor.buffer(),
                0,
                decompressor.length(),
                source);
    }

    /**
     * What a host sends shows for what it is configured, and so whether zstd would crash it if it
     * runs libknet.
     */
    private void learnMethod(HostState host, int method, boolean intact) {
        CompressionMethod known = CompressionMethod.withId(method).orElse(CompressionMethod.NONE);
        boolean zstd = known == CompressionMethod.ZSTD;
        if (known == CompressionMethod.NONE || host.refusesZstd != zstd || (zstd && !intact)) {
            return; // nothing new
        }
        host.refusesZstd = !zstd;
        router.update(host);
        if (shared.compression.method() == CompressionMethod.ZSTD && host.tellsZstdWithheld()) {
            output.publish(new ZstdWithheld(host.id));
        }
    }

    /** Hands a message to its channel, if the filter lets it. */
    private void deliver(
            long now,
            HostState host,
            int sequence,
            int channel,
            ByteBuffer memory,
            int offset,
            int length,
            InetSocketAddress source) {
        int target = channel;
        DestinationFilter filter = shared.filter;
        if (filter != null) {
            Destination destination =
                    filterCall.ask(filter, false, host.id, channel, memory, offset, length);
            DropCause refused = refusal(destination);
            if (refused != null) {
                drops.count(now, refused, source);
                return;
            }
            target = filterCall.channel();
        }
        Delivery delivery = output.deliver(target, host.id, memory, offset, length);
        onDelivery(now, host, sequence, delivery, source);
    }

    /**
     * A message is marked as delivered when its channel has taken it, so that until then a copy may
     * do.
     */
    private void onDelivery(
            long now, HostState host, int sequence, Delivery delivery, InetSocketAddress source) {
        switch (delivery) {
            case DELIVERED -> {
                host.window.markDelivered(sequence);
                messagesDelivered.increment();
            }
            case CHANNEL_NOT_OPEN -> drops.count(now, DropCause.CHANNEL_NOT_OPEN, source);
            case QUEUE_FULL -> drops.count(now, DropCause.RECEIVE_QUEUE_FULL, source);
        }
    }

    private @Nullable DropCause refusal(@Nullable Destination destination) {
        return switch (destination) {
            case null -> {
                Throwable error = filterCall.error();
                if (error == null) {
                    yield DropCause.FILTER_REFUSED;
                }
                output.publish(new FilterFailed(false, error));
                yield DropCause.FILTER_FAILED;
            }
            case Destination.Broadcast _ -> null;
            case Destination.Unicast unicast -> {
                for (int i = 0; i < unicast.size(); i++) {
                    if (unicast.host(i) == shared.localHost) {
                        yield null;
                    }
                }
                yield DropCause.NOT_FOR_US;
            }
        };
    }

    /** Frees what decompression holds. */
    void close() {
        decompressor.close();
    }

    void clearStatistics() {
        messagesDelivered.clear();
        decompressor.clearStatistics();
    }

    /** What decompression did. May be read by any thread. */
    MessageDecompressor decompressor() {
        return decompressor;
    }

    long messagesDelivered() {
        return messagesDelivered.get();
    }
}
