package io.knet4j.internal.engine;

import io.knet4j.CompressionMethod;
import io.knet4j.Destination;
import io.knet4j.DestinationFilter;
import io.knet4j.KnetEvent.FilterFailed;
import io.knet4j.KnetEvent.SendFailed;
import io.knet4j.Reason;
import io.knet4j.internal.compress.ActiveCompression;
import io.knet4j.internal.engine.EngineOutput.Delivery;
import io.knet4j.internal.engine.HostRoute.Hop;
import io.knet4j.internal.engine.LinkCounters.TxCounter;
import io.knet4j.internal.engine.RoutingTable.PingTarget;
import io.knet4j.internal.onwire.MtuArithmetic;
import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.security.PacketSealer;
import io.knet4j.internal.transport.OutgoingBatch;
import io.knet4j.internal.transport.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of a message to the network: {@link #address filter}, then in {@link #send} choice of the
 * hosts, compression, sequence number, fragments, links, local delivery; {@link #flush} protects
 * what was collected and hands it to the transport.
 *
 * <p>{@link #address} may be called by any thread, everything else by one at a time. Results are
 * null for success.
 */
public final class Sender {
    /** A forced ping precedes every message whose number is a multiple of this. */
    static final int FORCED_PING_PERIOD = 65_535 / 8;

    private static final int MAX_SEQUENCE = 65_535;
    private static final int MAX_IDLE_RETRIES = 50;
    private static final int MAX_RETRIES = 500;
    private static final long REPORT_INTERVAL = 1_000_000_000L;

    private final Shared shared;
    private final SendWindows windows;
    private final Transport transport;
    private final EngineOutput output;
    private final OutgoingBatch batch;

    private final List<HostRoute> targets = new ArrayList<>();
    private final int[] fragmentOffsets = new int[MtuArithmetic.MAX_FRAGMENTS];
    private final int[] fragmentLengths = new int[MtuArithmetic.MAX_FRAGMENTS];
    private final FragmentTails tails = new FragmentTails();
    private final Handovers handovers = new Handovers();
    private final MessageCompressor compressor;
    private final UnsealedPackets unsealed;

    private final Counter messagesSent = new Counter();
    private final Counter deliveredLocally = new Counter();
    private final Map<Reason, Failures> failures = new EnumMap<>(Reason.class);
    private boolean reporting = true;
    private int sequence;

    /** Number of the last message that could not be sealed. */
    private int unsealedSequence;

    /** Local messages were delivered that nobody was told of yet. */
    private boolean delivering;

    Sender(
            Shared shared,
            SendWindows windows,
            Transport transport,
            EngineOutput output,
            OutgoingBatch batch,
            UnsealedPackets unsealed,
            LongSupplier stopwatch) {
        this.shared = shared;
        this.windows = windows;
        this.transport = transport;
        this.output = output;
        this.batch = batch;
        compressor = new MessageCompressor(output, stopwatch);
        this.unsealed = unsealed;
        for (Reason reason : Reason.values()) {
            failures.put(reason, new Failures());
        }
    }

    /** Whether the filter is asked for destinations. */
    public boolean hasFilter() {
        return shared.filter != null;
    }

    /** Lets the filter choose the destination, if the message has none. */
    public @Nullable Reason address(OutgoingMessage message, boolean single) {
        if (message.destination != null) {
            return null;
        }
        DestinationFilter filter = shared.filter;
        if (filter == null) {
            message.destination = Destination.broadcast();
            return single ? Reason.NO_FILTER : null;
        }
        if (!shared.forwarding) {
            return Reason.FORWARDING_DISABLED;
        }
        FilterCall call = message.filterCall();
        message.destination =
                call.ask(
                        filter,
                        true,
                        shared.localHost,
                        message.channel,
                        message.buffer,
                        message.offset,
                        message.length);
        message.channel = call.channel();
        Throwable error = call.error();
        if (error != null) {
            output.publish(new FilterFailed(true, error));
        }
        return message.destination == null ? Reason.FILTER_FAILED : null;
    }

    /**
     * Whether more may be sent in the background: false while more is under way than should be. If
     * so, {@link EngineOutput#wakeSender} follows.
     */
    public boolean mayGoOn(long now) {
        return windows.mayGoOn(now);
    }

    /**
     * Puts a message into the batch. Its buffer must stay as it is until the next {@link #flush},
     * which shows what the sealer and the transport say to it.
     *
     * @param single only one destination is allowed
     */
    public @Nullable Reason send(long now, OutgoingMessage message, boolean single) {
        if (!shared.forwarding) {
            return Reason.FORWARDING_DISABLED;
        }
        RoutingTable routes = shared.routes;
        boolean toSelf = false;
        targets.clear();
        switch (message.destination) {
            case Destination.Broadcast _ -> {
                if (single) {
                    return Reason.TOO_MANY_DESTINATIONS;
                }
                toSelf = routes.loopback() != null;
                List<HostRoute> reachable = routes.reachable();
                for (int i = 0; i < reachable.size(); i++) {
                    targets.add(reachable.get(i)); // addAll() would copy the list first
                }
            }
            case Destination.Unicast unicast -> {
                if (unicast.size() == 0) {
                    return Reason.NO_DESTINATION;
                }
                if (single && unicast.size() > 1) {
                    return Reason.TOO_MANY_DESTINATIONS;
                }
                for (int i = 0; i < unicast.size(); i++) {
                    HostRoute route = routes.route(unicast.host(i));
                    if (route != null) {
                        targets.add(route);
                    } else if (unicast.host(i) == shared.localHost) {
                        toSelf = routes.loopback() != null;
                    }
                }
            }
            case null -> throw new IllegalStateException("message without destination");
        }
        if (targets.isEmpty() && !toSelf) {
            return Reason.HOST_DOWN;
        }
        Reason failure = targets.isEmpty() ? null : toNetwork(now, message, routes);
        if (failure == null && toSelf) {
            failure = toSelf(message, routes);
            if (failure != null && !targets.isEmpty()) {
                failed(
                        now,
                        message.channel,
                        failure); // the local copy is lost, but the network has the message
                failure = null;
            }
        }
        if (failure == null) {
            messagesSent.increment();
        }
        return failure;
    }

    private @Nullable Reason toSelf(OutgoingMessage message, RoutingTable routes) {
        Delivery delivery =
                output.deliver(
                        message.channel,
                        shared.localHost,
                        message.buffer,
                        message.offset,
                        message.length);
        LinkCounters loopback = routes.loopback();
        if (loopback != null) {
            loopback.senderTxData.count(message.length);
            if (delivery != Delivery.DELIVERED) {
                loopback.senderTxData.errors.increment();
            }
        }
        return switch (delivery) {
            case DELIVERED -> {
                deliveredLocally.increment();
                delivering = true;
                yield null;
            }
            case CHANNEL_NOT_OPEN -> Reason.CHANNEL_NOT_OPEN;
            case QUEUE_FULL -> Reason.QUEUE_FULL;
        };
    }

    private @Nullable Reason toNetwork(long now, OutgoingMessage message, RoutingTable routes) {
        int dataMtu = Integer.MAX_VALUE;
        for (int i = 0; i < targets.size(); i++) {
            dataMtu = Math.min(dataMtu, targets.get(i).dataMtu());
        }
        int fragmentBytes = MtuArithmetic.fragmentBytes(dataMtu);
        ActiveCompression wanted = routes.compression();
        int compression =
                compressor.compress(
                        wanted,
                        bearsCompression(wanted),
                        message.buffer,
                        message.offset,
                        message.length);
        int length = compression == 0 ? message.length : compressor.length();
        int fragments =
                length <= fragmentBytes ? 1 : MtuArithmetic.fragments(length, fragmentBytes);
        if (fragments > MtuArithmetic.MAX_FRAGMENTS) {
            return Reason.TOO_MANY_FRAGMENTS;
        }
        PacketSealer sealer = routes.sealer();
        tails.begin(message, compression, fragmentBytes, sealer);
        int written = tails.areUsed() ? 0 : length;
        if (!batch.hasRoom(
                written + fragments * (Packets.DATA_HEADER + sealer.maxOverhead()), fragments)) {
            flush(now);
        }
        sequence = sequence == MAX_SEQUENCE ? 1 : sequence + 1;
        shared.setSequence(sequence);
        if (sequence % FORCED_PING_PERIOD == 0) {
            forcePings(now, routes, sealer);
            flush(now);
        }
        writeFragments(message, compression, length, sequence, fragments, fragmentBytes, sealer);
        for (int i = 0; i < targets.size(); i++) {
            dispatch(now, targets.get(i), message.channel, fragments);
        }
        return null;
    }

    private boolean bearsCompression(ActiveCompression compression) {
        if (compression.method() == CompressionMethod.ZSTD) {
            for (int i = 0; i < targets.size(); i++) {
                if (targets.get(i).refusesZstd()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Hosts that get little of our traffic would otherwise lose track of the sequence number. */
    private void forcePings(long now, RoutingTable routes, PacketSealer sealer) {
        List<PingTarget> links = routes.pingTargets();
        for (int i = 0; i < links.size(); i++) {
            if (!batch.hasRoom(ControlPackets.room(sealer), 1)) {
                flush(now);
            }
            ping(now, routes, sealer, links.get(i), false);
        }
    }

    /** Returns the time that the ping bears. */
    private long ping(
            long now, RoutingTable routes, PacketSealer sealer, PingTarget link, boolean timed) {
        TxCounter counter = link.counters().senderTxPing;
        long time = link.window().pingTime(now);
        int sealed =
                ControlPackets.ping(
                        batch,
                        sealer,
                        time,
                        routes.version(),
                        shared.localHost,
                        link.link(),
                        link.tokens(),
                        sequence,
                        timed,
                        link.path(),
                        handovers.unreported(counter));
        if (sealed == PacketSealer.FAILED) {
            counter.errors.increment();
        } else {
            counter.count(sealed);
        }
        return time;
    }

    /** Puts pings behind what was sent, where windows ask for it. */
    private void mark(long now) {
        RoutingTable routes = shared.routes;
        PacketSealer sealer = routes.sealer();
        List<Hop> used = windows.used();
        for (int i = 0; i < used.size(); i++) {
            Hop hop = used.get(i);
            if (hop.window().needsMark()) {
                if (!batch.hasRoom(ControlPackets.room(sealer), 1)) {
                    transmit(now);
                    clearBatch();
                }
                hop.window().mark(ping(now, routes, sealer, hop.link(), true));
            }
        }
    }

    /**
     * Lays out the fragments of a message. They are sealed when the batch is sent, at the latest;
     * until then the payload stays where it is, but for the compressor's, which the next message
     * overwrites, and what is outside the heap, which may belong to the caller's thread alone.
     */
    private void writeFragments(
            OutgoingMessage message,
            int compression,
            int length,
            int sequence,
            int fragments,
            int fragmentBytes,
            PacketSealer sealer) {
        ByteBuffer memory = batch.memory();
        ByteBuffer source = compression == 0 ? message.buffer : compressor.buffer();
        int sourceOffset = compression == 0 ? message.offset : 0;
        boolean broadcast = message.destination instanceof Destination.Broadcast;
        boolean clear = PacketSealer.CLEAR.equals(sealer);
        boolean inCallersMemory = source.isDirect() && !message.lasting;
        boolean copies = clear ? !tails.areUsed() : compression != 0 || inCallersMemory;
        int start = batch.reserve();
        int done = 0;
        for (int i = 0; i < fragments; i++) {
            int size = Math.min(fragmentBytes, length - done);
            int number = fragments == 1 ? 0 : i + 1;
            int offset = batch.reserve();
            int packet = offset + sealer.prefix();
            Packets.writeData(
                    memory,
                    packet,
                    shared.localHost,
                    sequence,
                    broadcast,
                    fragments,
                    number,
                    message.channel,
                    compression);
            int inPlace = Packets.DATA_HEADER;
            if (copies) {
                memory.put(packet + inPlace, source, sourceOffset + done, size);
                inPlace += size;
            }
            fragmentOffsets[i] = offset;
            if (clear) {
                fragmentLengths[i] = Packets.DATA_HEADER + size;
                batch.commit(inPlace);
            } else {
                fragmentLengths[i] =
                        unsealed.add(
                                sealer,
                                start,
                                offset,
                                inPlace,
                                copies ? null : source,
                                sourceOffset + done,
                                copies ? 0 : size);
                batch.commit(fragmentLengths[i]);
            }
            done += size;
        }
    }

    private void dispatch(long now, HostRoute route, int channel, int fragments) {
        int hops = route.hopsPerMessage();
        if (!batch.hasRoom(0, fragments * hops)) {
            transmit(now);
            batch.clearDatagrams();
        }
        Handover handover = handovers.begin(channel, sequence);
        for (int h = 0; h < hops; h++) {
            Hop hop = route.hop(h);
            HopTry hopTry = handovers.tryHop(handover, hop);
            for (int i = 0; i < fragments; i++) {
                tails.add(batch, hop.path(), i, fragmentOffsets[i], fragmentLengths[i], hopTry);
                hop.counters().senderTxData.count(fragmentLengths[i]);
                windows.use(hop, fragmentLengths[i]);
            }
        }
        route.messageSent();
    }

    /**
     * Hands the batch to the transport, with a bounded number of retries for what finds no room,
     * counts and reports what failed, and has local messages taken.
     *
     * @return why the last message could not be handed to any link, null when it could
     */
    public @Nullable Reason flush(long now) {
        try {
            if (batch.isEmpty()) {
                return null;
            }
            Reason failure = transmit(now);
            clearBatch();
            mark(now);
            if (!batch.isEmpty()) {
                transmit(now);
            }
            windows.settle(now);
            return failure;
        } finally {
            clearBatch();
            if (delivering) {
                delivering = false;
                output.deliveryEnds();
            }
        }
    }

    private void clearBatch() {
        batch.clear();
        unsealed.clear();
        handovers.clear();
    }

    private @Nullable Reason transmit(long now) {
        unsealed.seal();
        unsealed.failUnsealed();
        transport.send(batch);
        int idle = 0;
        for (int tries = 0;
                batch.pendingCount() > 0 && idle < MAX_IDLE_RETRIES && tries < MAX_RETRIES;
                tries++) {
            int before = batch.pendingCount();
            countRetries();
            transport.awaitRoom();
            transport.send(batch);
            idle = batch.pendingCount() < before ? 0 : idle + 1;
        }
        batch.failPending(Reason.NO_PROGRESS);
        boolean tooLarge = false;
        for (int i = 0; i < batch.size(); i++) {
            Reason failure = batch.failure(i);
            if (failure != null) {
                HopTry hopTry = (HopTry) batch.owner(i);
                hopTry.failed(failure);
                if (failure == Reason.DATAGRAM_TOO_LARGE && hopTry.refused != null) {
                    hopTry.refused.tell(batch.length(i));
                    tooLarge = true;
                }
            }
        }
        if (tooLarge) {
            shared.sizeRefused = true;
            output.wakeLoop();
        }
        handovers.settle();
        Reason last = null;
        for (int i = 0; i < handovers.size(); i++) {
            Handover handover = handovers.get(i);
            last = handover.taken ? null : handover.failure;
            if (last != null && !isCounted(handover, last)) {
                failed(now, handover.channel, last);
            }
        }
        handovers.clear();
        return last;
    }

    /** What cannot be sealed fails for all hosts, but is one failure. */
    private boolean isCounted(Handover handover, Reason failure) {
        if (failure != Reason.ENCRYPTION_FAILED) {
            return false;
        }
        boolean counted = handover.sequence == unsealedSequence;
        unsealedSequence = handover.sequence;
        return counted;
    }

    private void countRetries() {
        for (int i = 0; i < batch.size(); i++) {
            if (batch.isPending(i)) {
                ((HopTry) batch.owner(i)).counter().retries.increment();
            }
        }
    }

    /**
     * Sends one message to one host at once. Its failure is counted, but reported by the result
     * only.
     */
    public @Nullable Reason sendNow(long now, OutgoingMessage message) {
        try {
            Reason failure = send(now, message, true);
            if (failure != null) {
                return refused(failure);
            }
        } catch (RuntimeException | Error e) {
            clearBatch(); // what is there may be the payload, which is the caller's again
            throw e;
        }
        reporting = false;
        try {
            return flush(now);
        } finally {
            reporting = true;
        }
    }

    /** Counts a message that was not sent; its sender is told by the result. */
    public Reason refused(Reason reason) {
        of(reason).total.increment();
        return reason;
    }

    /** Counts a message that was not sent, and tells it from time to time. */
    public void failed(long now, int channel, Reason reason) {
        Failures sameReason = of(reason);
        sameReason.total.increment();
        if (!reporting) {
            return;
        }
        long messages = sameReason.reports.count(now);
        if (messages > 0) {
            output.publish(new SendFailed(reason, channel, messages));
        }
    }

    private Failures of(Reason reason) {
        return Objects.requireNonNull(failures.get(reason));
    }

    /** Frees what compression holds; messages are sent as they are from now on. */
    public void close() {
        compressor.close();
    }

    /** May be called by any thread, one at a time. */
    void clearStatistics() {
        messagesSent.clear();
        deliveredLocally.clear();
        failures.values().forEach(sameReason -> sameReason.total.clear());
        compressor.clearStatistics();
    }

    /** What compression did. May be read by any thread. */
    MessageCompressor compressor() {
        return compressor;
    }

    /** Messages that were put on their way. */
    public long messagesSent() {
        return messagesSent.get();
    }

    /** Messages that were handed to a channel of this node. */
    public long deliveredLocally() {
        return deliveredLocally.get();
    }

    /** Messages that were not sent for this reason. */
    public long failures(Reason reason) {
        return of(reason).total.get();
    }

    /** Messages that were not sent for one reason. */
    private static final class Failures {
        private final Counter total = new Counter();
        private final ReportLimit reports = new ReportLimit(REPORT_INTERVAL);
    }

    /** A message for a host: taken when one link took all of it. */
    private static final class Handover {
        private int channel;
        private int sequence;
        private boolean taken;
        private @Nullable Reason failure;
    }

    /** A message for a host on one link. */
    private static final class HopTry {
        private @Nullable Handover handover;
        private @Nullable TxCounter counter;
        private @Nullable RefusedSize refused;
        private boolean failed;

        private TxCounter counter() {
            return Objects.requireNonNull(counter);
        }

        private void failed(Reason reason) {
            counter().errors.increment();
            failed = true;
            if (handover != null && handover.failure == null) {
                handover.failure = reason;
            }
        }
    }

    /** The handovers of the current batch; reused. */
    private static final class Handovers {
        private final List<Handover> all = new ArrayList<>();
        private final List<HopTry> tries = new ArrayList<>();
        private int size;
        private int triesSize;

        Handover begin(int channel, int sequence) {
            if (size == all.size()) {
                all.add(new Handover());
            }
            Handover handover = all.get(size++);
            handover.channel = channel;
            handover.sequence = sequence;
            handover.taken = false;
            handover.failure = null;
            return handover;
        }

        HopTry tryHop(Handover handover, Hop hop) {
            HopTry hopTry = unreported(hop.counters().senderTxData);
            hopTry.handover = handover;
            hopTry.refused = hop.refused();
            return hopTry;
        }

        HopTry unreported(TxCounter counter) {
            if (triesSize == tries.size()) {
                tries.add(new HopTry());
            }
            HopTry hopTry = tries.get(triesSize++);
            hopTry.handover = null;
            hopTry.refused = null;
            hopTry.counter = counter;
            hopTry.failed = false;
            return hopTry;
        }

        int size() {
            return size;
        }

        Handover get(int index) {
            return all.get(index);
        }

        /** All failures are known: what did not fail was taken. */
        void settle() {
            for (int i = 0; i < triesSize; i++) {
                HopTry hopTry = tries.get(i);
                if (!hopTry.failed && hopTry.handover != null) {
                    hopTry.handover.taken = true;
                }
            }
        }

        void clear() {
            size = 0;
            triesSize = 0;
        }
    }
}
