package io.knet4j.internal.engine;

import io.knet4j.Reason;
import io.knet4j.internal.security.PacketSealer;
import io.knet4j.internal.transport.OutgoingBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Packets of a batch that have their place, but are not sealed yet. Where several threads can share
 * the work, all but short ones are sealed together, as late as possible: how long a sealed packet
 * is, and so where the next one goes, is known before.
 */
final class UnsealedPackets implements Parallel.Task {
    /** A thread takes so many bytes at a time, or one packet that is larger. */
    private static final int PIECE_BYTES = 1 << 13;

    /** It takes longer to go through shorter packets again than what other threads can save. */
    private static final int SHARED_BYTES = 1 << 10;

    /** With fewer bytes to share, waking somebody takes longer than doing it. */
    private static final int WORTH_SHARING = 1 << 15;

    private final OutgoingBatch batch;
    private final Parallel parallel;
    private final CryptoMeter meter;

    private final List<Packet> packets = new ArrayList<>();

    /** One that does not wait. */
    private final Packet single = new Packet();

    private int size;
    private PacketSealer sealer = PacketSealer.CLEAR;

    /** Number of the last packet of each piece, plus one. */
    private final int[] pieceEnds;

    /** Beginnings and ends of messages in the batch that could not be sealed. */
    private int[] failed = new int[2];

    private int failedSize;

    /** One of them; reused. */
    private static final class Packet {
        /** Has the payload; null when all is in place. */
        private @Nullable ByteBuffer source;

        private int sourceOffset;
        private int payload;
        private int offset;
        private int header;
        private int sealedLength;

        /** Where the first packet of the message is. */
        private int message;

        // What became of it.
        private boolean sealed;
        private int thread;
    }

    UnsealedPackets(OutgoingBatch batch, Parallel parallel, CryptoMeter meter) {
        this.batch = batch;
        this.parallel = parallel;
        this.meter = meter;
        pieceEnds = new int[batch.memory().capacity() / PIECE_BYTES + 1];
    }

    /**
     * Adds a packet that begins in the batch.
     *
     * @param message where the first packet of its message is; all its packets are side by side
     * @param offset where the packet will be when it is sealed
     * @param header number of bytes that are there, behind the sealer's prefix
     * @param source has the rest, until the packets are sealed; null when there is none
     * @return length of the sealed packet
     */
    int add(
            PacketSealer by,
            int message,
            int offset,
            int header,
            @Nullable ByteBuffer source,
            int sourceOffset,
            int payload) {
        if (!by.equals(sealer)) {
            seal();
            sealer = by;
        }
        int sealedLength = by.arithmetic().sealedLength(header + payload);
        boolean atOnce = isForOneThread(message, sealedLength);
        if (!atOnce && size == packets.size()) {
            packets.add(new Packet());
        }
        Packet packet = atOnce ? single : packets.get(size++);
        packet.message = message;
        packet.offset = offset;
        packet.header = header;
        packet.source = source;
        packet.sourceOffset = sourceOffset;
        packet.payload = payload;
        packet.sealedLength = sealedLength;
        packet.sealed = false;
        packet.thread = 0;
        if (atOnce) {
            sealAtOnce(packet);
        }
        return packet.sealedLength;
    }

    /** Fragments of a message are not longer than its first one, so all have the same answer. */
    private boolean isForOneThread(int message, int sealedLength) {
        return parallel.threads() == 1
                || (sealedLength < SHARED_BYTES
                        && (size == 0 || packets.get(size - 1).message != message));
    }

    /** While what was written is in the processor's nearest cache. */
    private void sealAtOnce(Packet packet) {
        try {
            if (hasFailed(packet.message)) {
                failed[failedSize - 1] = packet.offset + packet.sealedLength;
                return;
            }
            packet.sealed = isSealedInTime(packet);
            if (packet.sealed) {
                meter.dataOverhead.add(overhead(packet));
            } else {
                addFailed(packet.message, packet.offset + packet.sealedLength);
            }
        } finally {
            packet.source = null;
        }
    }

    /** Whether this, the latest message, could not be sealed. */
    private boolean hasFailed(int message) {
        return failedSize > 0 && failed[failedSize - 2] == message;
    }

    /** Seals all there are. */
    void seal() {
        if (size == 0) {
            return;
        }
        try {
            if (parallel.threads() - 1 <= sealer.helpers().size() && isWorthSharing()) {
                parallel.run(this, cut());
            } else {
                seal(0, size, 0);
            }
        } finally {
            settle();
        }
    }

    private boolean isWorthSharing() {
        int total = 0;
        int largest = 0;
        for (int i = 0; i < size; i++) {
            int length = packets.get(i).sealedLength;
            total += length;
            largest = Math.max(largest, length);
        }
        return total - largest >= WORTH_SHARING;
    }

    /** Cuts the packets into pieces and returns how many. */
    private int cut() {
        int pieces = 0;
        int bytes = 0;
        for (int i = 0; i < size; i++) {
            bytes += packets.get(i).sealedLength;
            if (bytes >= PIECE_BYTES || i == size - 1) {
                pieceEnds[pieces++] = i + 1;
                bytes = 0;
            }
        }
        return pieces;
    }

    @Override
    public void run(int piece, int thread) {
        seal(piece == 0 ? 0 : pieceEnds[piece - 1], pieceEnds[piece], thread);
    }

    private void seal(int from, int to, int thread) {
        for (int i = from; i < to; i++) {
            Packet packet = packets.get(i);
            packet.thread = thread;
            packet.sealed =
                    thread == 0
                            ? isSealedInTime(packet)
                            : isSealed(packet, sealer.helpers().get(thread - 1));
        }
    }

    /** Seals a packet and measures now and then how long that takes. */
    private boolean isSealedInTime(Packet packet) {
        SampledTimer timer = meter.sealing;
        long started = timer.start();
        boolean sealed = isSealed(packet, sealer);
        if (sealed) {
            timer.count(timer.since(started));
        }
        return sealed;
    }

    private boolean isSealed(Packet packet, PacketSealer by) {
        ByteBuffer source = packet.source;
        int length =
                source == null
                        ? by.seal(batch.memory(), packet.offset, packet.header)
                        : by.seal(
                                batch.memory(),
                                packet.offset,
                                packet.header,
                                source,
                                packet.sourceOffset,
                                packet.payload);
        return length == packet.sealedLength;
    }

    private void settle() {
        long overhead = 0;
        for (int i = 0; i < size; i++) {
            Packet packet = packets.get(i);
            packet.source = null;
            if (!packet.sealed) {
                fail(packet.message, i);
                continue;
            }
            overhead += overhead(packet);
            if (packet.thread != 0) {
                meter.sealing.count(SampledTimer.SKIPPED);
            }
        }
        meter.dataOverhead.add(overhead);
        size = 0;
    }

    private static int overhead(Packet packet) {
        return packet.sealedLength - packet.header - packet.payload;
    }

    private void fail(int message, int index) {
        int end = message;
        for (int i = index; i < size && packets.get(i).message == message; i++) {
            end = packets.get(i).offset + packets.get(i).sealedLength;
        }
        addFailed(message, end);
    }

    private void addFailed(int message, int end) {
        if (failedSize == failed.length) {
            failed = Arrays.copyOf(failed, 2 * failedSize);
        }
        failed[failedSize++] = message;
        failed[failedSize++] = end;
    }

    /** Fails what the batch would send of messages that could not be sealed as a whole. */
    void failUnsealed() {
        for (int f = 0; f < failedSize; f += 2) {
            for (int i = 0; i < batch.size(); i++) {
                int offset = batch.offset(i);
                if (offset >= failed[f] && offset < failed[f + 1] && batch.isPending(i)) {
                    batch.fail(i, Reason.ENCRYPTION_FAILED);
                }
            }
        }
    }

    /** The batch is empty again. */
    void clear() {
        for (int i = 0; i < size; i++) {
            packets.get(i).source = null;
        }
        size = 0;
        failedSize = 0;
    }
}
