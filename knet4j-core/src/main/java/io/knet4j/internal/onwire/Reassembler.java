package io.knet4j.internal.onwire;

import io.knet4j.internal.onwire.ChunkPool.Chunk;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Puts the fragments of messages together.
 *
 * <p>One instance serves all hosts, each of which owns a {@link Source}. Fragments may come in any
 * order and in copies. All of one message must agree in count, channel and compression, and all but
 * the last in size.
 *
 * <p>Most messages are complete before the batch ends in which they began: their fragments stay
 * where they were received. {@link #keep}, at the end of the batch, copies those of others. Memory
 * for them is taken as they come, in powers of two, from a pool that is bounded; when it is used
 * up, the oldest incomplete message of the host that holds most of it is given up. So a host that
 * opens messages and never completes them pushes out its own, not those of others.
 *
 * <p>A complete message is readable through {@link #message} until the next call.
 */
public final class Reassembler {
    static final int MAX_MESSAGE = 65_536;

    private final int maxMessagesPerSource;
    private final long maxBytes;
    private final long lifetime;
    private final Losses losses;
    private final ChunkPool pool = new ChunkPool();
    private final LentFragments lent = new LentFragments();
    private final ReassembledMessage message = new ReassembledMessage(lent);
    private final ArrayDeque<Partial> idle = new ArrayDeque<>();

    /** Messages that had lent fragments in this batch, some of them closed since. */
    private final ArrayDeque<Partial> borrowers = new ArrayDeque<>();

    private long bytes;
    private @Nullable Source sources;

    /** Told about messages that are given up. */
    public interface Losses {
        /** Given up to make room. */
        void evicted();

        /** Given up because it stayed incomplete for too long. */
        void expired();
    }

    /** What became of a fragment. */
    public enum Outcome {
        /** Kept; the message is not complete. */
        INCOMPLETE,
        /** The message is complete. */
        COMPLETE,
        /** A copy of one that is already there. */
        DUPLICATE,
        /** Contradicts the fragments that are already there. */
        CONTRADICTORY,
        /** The message would be longer than 65,536 bytes. */
        TOO_LONG
    }

    /**
     * @param maxMessagesPerSource incomplete messages per host
     * @param maxBytes memory for incomplete messages of all hosts
     * @param lifetime nanoseconds that a message may stay incomplete
     * @param losses told about messages that are given up
     */
    public Reassembler(int maxMessagesPerSource, long maxBytes, long lifetime, Losses losses) {
        this.maxMessagesPerSource = maxMessagesPerSource;
        this.maxBytes = maxBytes;
        this.lifetime = lifetime;
        this.losses = losses;
    }

    /** The incomplete messages of one host, oldest first. */
    public static final class Source {
        private static final Source NONE = new Source();

        private @Nullable Partial oldest;
        private @Nullable Partial newest;
        private int messages;
        private long bytes;
        private @Nullable Source next;
        private @Nullable Source previous;
        private boolean listed;
    }

    /** An incomplete message. */
    private static final class Partial {
        private final long[] received = new long[4];
        private Source source = Source.NONE;

        /** Its fragments of this batch; only while it has none of earlier ones. */
        private int lent = LentFragments.NONE;

        private Chunk data = Chunk.NONE;
        private Chunk parkedLast = Chunk.NONE;
        private long position;
        private int count;
        private int channel;
        private int compression;
        private int missing;
        private int size;
        private int lastSize;
        private long startedAt;
        private @Nullable Partial older;
        private @Nullable Partial newer;

        private void open(
                Source source, long position, int count, int channel, int compression, long now) {
            this.source = source;
            this.position = position;
            this.count = count;
            this.channel = channel;
            this.compression = compression;
            this.startedAt = now;
            missing = count;
            size = 0;
            lastSize = 0;
            Arrays.fill(received, 0);
        }

        private boolean has(int number) {
            return (received[number >>> 6] & 1L << number) != 0;
        }

        private void noteLength(int number, int length) {
            if (number == count) {
                lastSize = length;
            } else {
                size = length;
            }
        }

        private void mark(int number) {
            received[number >>> 6] |= 1L << number;
            missing--;
        }

        private boolean isKept() {
            return data != Chunk.NONE || parkedLast != Chunk.NONE;
        }

        private int length() {
            return (count - 1) * size + lastSize;
        }
    }

    /**
     * Takes a fragment.
     *
     * @param position tells the messages of the host apart, also those that a wrap of the sequence
     *     number separates
     * @param number 1 to count
     * @param count 2 to 254
     * @param length at least 1
     * @param packet what it is in, until {@link #keep} returns
     */
    public Outcome add(
            Source source,
            long now,
            long position,
            int number,
            int count,
            int channel,
            int compression,
            ByteBuffer packet,
            int offset,
            int length) {
        Partial partial = find(source, position);
        if (partial == null) {
            if (tooLong(number, count, length, 0, 0)) {
                return Outcome.TOO_LONG;
            }
            partial = open(source, now, position, count, channel, compression);
        } else {
            if (partial.count != count
                    || partial.channel != channel
                    || partial.compression != compression) {
                return Outcome.CONTRADICTORY;
            }
            boolean last = number == count;
            int known = last ? partial.lastSize : partial.size;
            if (known != 0 && known != length) {
                return Outcome.CONTRADICTORY;
            }
            if (partial.has(number)) {
                return Outcome.DUPLICATE;
            }
            if (tooLong(number, count, length, partial.size, partial.lastSize)) {
                return Outcome.TOO_LONG;
            }
        }
        partial.noteLength(number, length);
        if (partial.isKept()) {
            store(partial, number, packet, offset, length);
        } else {
            borrow(partial, number, packet, offset, length);
        }
        partial.mark(number);
        if (partial.missing > 0) {
            return Outcome.INCOMPLETE;
        }
        if (partial.isKept()) {
            message.setWhole(partial.data.view, partial.length());
        } else {
            message.setPieces(partial.lent, partial.size, partial.length());
        }
        close(partial);
        return Outcome.COMPLETE;
    }

    /** The complete message. */
    public ReassembledMessage message() {
        return message;
    }

    private void borrow(Partial partial, int number, ByteBuffer packet, int offset, int length) {
        if (partial.lent == LentFragments.NONE) {
            borrowers.add(partial);
        }
        partial.lent = lent.add(partial.lent, number, packet, offset, length);
    }

    /** Copies what is incomplete, so that memory in which fragments are may be used again. */
    public void keep() {
        try {
            while (!borrowers.isEmpty()) {
                keep(borrowers.getFirst());
                borrowers.removeFirst();
            }
        } finally {
            while (!borrowers.isEmpty()) { // when there is no memory at all
                giveUpLent(borrowers.removeFirst());
            }
            lent.clear();
        }
    }

    private void keep(Partial partial) {
        for (int i = partial.lent; i != LentFragments.NONE; i = lent.before(i)) {
            store(partial, lent.number(i), lent.packet(i), lent.offset(i), lent.length(i));
        }
        partial.lent = LentFragments.NONE;
    }

    private void giveUpLent(Partial partial) {
        if (partial.lent != LentFragments.NONE) {
            close(partial);
            losses.evicted();
        }
    }

    /** Gives up all messages of a host. */
    public void clear(Source source) {
        while (source.oldest != null) {
            close(source.oldest);
        }
    }

    /** Gives up the messages of all hosts that are too old. */
    public void expire(long now) {
        Source source = sources;
        while (source != null) {
            Source following = source.next;
            while (source.oldest != null && now - source.oldest.startedAt >= lifetime) {
                close(source.oldest);
                losses.expired();
            }
            source = following;
        }
    }

    /** When the next message becomes too old, {@link Long#MAX_VALUE} when there is none. */
    public long nextExpiry() {
        long earliest = Long.MAX_VALUE;
        for (Source source = sources; source != null; source = source.next) {
            if (source.oldest != null) {
                earliest = Math.min(earliest, source.oldest.startedAt + lifetime);
            }
        }
        return earliest;
    }

    /** Memory that incomplete messages hold, without what they have in the current batch. */
    public long bytes() {
        return bytes;
    }

    private static boolean tooLong(int number, int count, int length, int size, int lastSize) {
        boolean last = number == count;
        long normal = last ? size : length;
        long end = last ? length : lastSize;
        return (count - 1) * normal + end > MAX_MESSAGE;
    }

    private static @Nullable Partial find(Source source, long position) {
        for (Partial partial = source.newest; partial != null; partial = partial.older) {
            if (partial.position == position) {
                return partial;
            }
        }
        return null;
    }

    private Partial open(
            Source source, long now, long position, int count, int channel, int compression) {
        if (source.messages == maxMessagesPerSource && source.oldest != null) {
            close(source.oldest);
            losses.evicted();
        }
        Partial partial = idle.pollFirst();
        if (partial == null) {
            partial = new Partial();
        }
        partial.open(source, position, count, channel, compression, now);
        partial.older = source.newest;
        partial.newer = null;
        if (source.newest == null) {
            source.oldest = partial;
        } else {
            source.newest.newer = partial;
        }
        source.newest = partial;
        source.messages++;
        if (!source.listed) {
            source.listed = true;
            source.next = sources;
            source.previous = null;
            if (sources != null) {
                sources.previous = source;
            }
            sources = source;
        }
        return partial;
    }

    private void store(Partial partial, int number, ByteBuffer packet, int offset, int length) {
        if (number == partial.count && partial.size == 0) {
            // Its place is not known before another fragment tells the normal size.
            partial.parkedLast = take(partial, length);
            packet.get(offset, partial.parkedLast.array, 0, length);
            return;
        }
        int start = (number - 1) * partial.size;
        reserve(partial, start + length);
        packet.get(offset, partial.data.array, start, length);
        if (partial.parkedLast != Chunk.NONE) {
            unparkLast(partial);
        }
    }

    private void unparkLast(Partial partial) {
        int startOfLast = (partial.count - 1) * partial.size;
        reserve(partial, startOfLast + partial.lastSize);
        System.arraycopy(
                partial.parkedLast.array, 0, partial.data.array, startOfLast, partial.lastSize);
        giveBack(partial.source, partial.parkedLast);
        partial.parkedLast = Chunk.NONE;
    }

    private void reserve(Partial partial, int capacity) {
        if (partial.data.capacity() >= capacity) {
            return;
        }
        Chunk bigger = take(partial, capacity);
        System.arraycopy(partial.data.array, 0, bigger.array, 0, partial.data.capacity());
        giveBack(partial.source, partial.data);
        partial.data = bigger;
    }

    private Chunk take(Partial keep, int capacity) {
        Chunk chunk = pool.take(capacity);
        keep.source.bytes += chunk.capacity();
        bytes += chunk.capacity();
        while (bytes > maxBytes && evictFromBiggest(keep)) {
            losses.evicted();
        }
        return chunk;
    }

    private boolean evictFromBiggest(Partial keep) {
        Source biggest = null;
        for (Source source = sources; source != null; source = source.next) {
            if ((biggest == null || source.bytes > biggest.bytes) && victim(source, keep) != null) {
                biggest = source;
            }
        }
        Partial victim = biggest == null ? null : victim(biggest, keep);
        if (biggest == null || victim == null) {
            return false;
        }
        close(victim);
        return true;
    }

    private static @Nullable Partial victim(Source source, Partial keep) {
        return source.oldest == keep ? keep.newer : source.oldest;
    }

    private void giveBack(Source source, Chunk chunk) {
        source.bytes -= chunk.capacity();
        bytes -= chunk.capacity();
        pool.giveBack(chunk);
    }

    // The memory of a complete message goes back to the pool at once: nothing takes it before the
    // message was handed on.
    private void close(Partial partial) {
        Source source = partial.source;
        partial.source = Source.NONE;
        partial.lent = LentFragments.NONE;
        giveBack(source, partial.parkedLast);
        partial.parkedLast = Chunk.NONE;
        giveBack(source, partial.data);
        partial.data = Chunk.NONE;
        if (partial.older == null) {
            source.oldest = partial.newer;
        } else {
            partial.older.newer = partial.newer;
        }
        if (partial.newer == null) {
            source.newest = partial.older;
        } else {
            partial.newer.older = partial.older;
        }
        partial.older = null;
        partial.newer = null;
        source.messages--;
        if (idle.size() < maxMessagesPerSource) {
            idle.addFirst(partial);
        }
        if (source.oldest == null) {
            unlist(source);
        }
    }

    private void unlist(Source source) {
        if (source.previous == null) {
            sources = source.next;
        } else {
            source.previous.next = source.next;
        }
        if (source.next != null) {
            source.next.previous = source.previous;
        }
        source.next = null;
        source.previous = null;
        source.listed = false;
    }
}
