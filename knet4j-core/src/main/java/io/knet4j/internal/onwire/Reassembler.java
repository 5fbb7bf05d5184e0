package io.knet4j.internal.onwire;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Puts the fragments of messages together.
 *
 * <p>One instance serves all hosts, each of which owns a {@link Source}. Fragments may come in any
 * order and in copies. All of one message must agree in count, channel and compression, and all but
 * the last in size. Memory is taken as fragments arrive, in powers of two, from a pool that is
 * bounded; when it is used up, the oldest incomplete message of the host that holds most of it is
 * given up. So a host that opens messages and never completes them pushes out its own, not those of
 * others.
 *
 * <p>A complete message is readable through {@link #buffer} and {@link #length} until the next
 * call.
 */
public final class Reassembler {
    private static final int MAX_MESSAGE = 65_536;
    private static final int MIN_CAPACITY_BITS = 11;
    private static final int MAX_CAPACITY_BITS = 17;
    private static final int POOLED_BYTES_PER_SIZE = 1 << 19;

    private final int maxMessagesPerSource;
    private final long maxBytes;
    private final long lifetime;
    private final Losses losses;
    private final Pool pool = new Pool();
    private final ArrayDeque<Partial> idle = new ArrayDeque<>();
    private long bytes;
    private @Nullable Source sources;

    private ByteBuffer complete = ByteBuffer.allocate(0);
    private int completeLength;

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

        private void open(long position, int count, int channel, int compression, long now) {
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

        private void mark(int number) {
            received[number >>> 6] |= 1L << number;
            missing--;
        }
    }

    /**
     * Takes a fragment.
     *
     * @param position tells the messages of the host apart, also those that a wrap of the sequence
     *     number separates
     * @param number 1 to count
     * @param count 2 to 254
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
        store(source, partial, number, packet, offset, length);
        if (partial.missing > 0) {
            return Outcome.INCOMPLETE;
        }
        completeLength = (count - 1) * partial.size + partial.lastSize;
        complete = partial.data.view;
        close(source, partial);
        return Outcome.COMPLETE;
    }

    /** The complete message, from index 0. */
    public ByteBuffer buffer() {
        return complete;
    }

    /** Length of the complete message. */
    public int length() {
        return completeLength;
    }

    /** Gives up all messages of a host. */
    public void clear(Source source) {
        while (source.oldest != null) {
            close(source, source.oldest);
        }
    }

    /** Gives up the messages of all hosts that are too old. */
    public void expire(long now) {
        Source source = sources;
        while (source != null) {
            Source following = source.next;
            while (source.oldest != null && now - source.oldest.startedAt >= lifetime) {
                close(source, source.oldest);
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

    /** Memory that incomplete messages hold. */
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
            close(source, source.oldest);
            losses.evicted();
        }
        Partial partial = idle.pollFirst();
        if (partial == null) {
            partial = new Partial();
        }
        partial.open(position, count, channel, compression, now);
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

    private void store(
            Source source, Partial partial, int number, ByteBuffer packet, int offset, int length) {
        int startOfLast = (partial.count - 1) * partial.size;
        if (number != partial.count) {
            partial.size = length;
            reserve(source, partial, number * length);
            packet.get(offset, partial.data.array, (number - 1) * length, length);
            if (partial.parkedLast != Chunk.NONE) {
                unparkLast(source, partial);
            }
        } else {
            partial.lastSize = length;
            if (partial.size == 0) {
                // Its place is not known before another fragment tells the normal size.
                partial.parkedLast = take(source, partial, length);
                packet.get(offset, partial.parkedLast.array, 0, length);
            } else {
                reserve(source, partial, startOfLast + length);
                packet.get(offset, partial.data.array, startOfLast, length);
            }
        }
        partial.mark(number);
    }

    private void unparkLast(Source source, Partial partial) {
        int startOfLast = (partial.count - 1) * partial.size;
        reserve(source, partial, startOfLast + partial.lastSize);
        System.arraycopy(
                partial.parkedLast.array, 0, partial.data.array, startOfLast, partial.lastSize);
        giveBack(source, partial.parkedLast);
        partial.parkedLast = Chunk.NONE;
    }

    private void reserve(Source source, Partial partial, int capacity) {
        if (partial.data.capacity() >= capacity) {
            return;
        }
        Chunk bigger = take(source, partial, capacity);
        System.arraycopy(partial.data.array, 0, bigger.array, 0, partial.data.capacity());
        giveBack(source, partial.data);
        partial.data = bigger;
    }

    private Chunk take(Source source, Partial keep, int capacity) {
        Chunk chunk = pool.take(capacity);
        source.bytes += chunk.capacity();
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
        close(biggest, victim);
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
    private void close(Source source, Partial partial) {
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

    /** Memory of a power-of-two size. */
    private static final class Chunk {
        private static final Chunk NONE = new Chunk(0);

        private final byte[] array;
        private final ByteBuffer view;
        private @Nullable Chunk nextFree;

        private Chunk(int capacity) {
            array = new byte[capacity];
            view = ByteBuffer.wrap(array);
        }

        private int capacity() {
            return array.length;
        }
    }

    /** Chunks that wait for the next message, up to a bound per size. */
    private static final class Pool {
        private final @Nullable Chunk[] free = new Chunk[MAX_CAPACITY_BITS + 1];
        private final int[] freeBytes = new int[MAX_CAPACITY_BITS + 1];

        private Chunk take(int capacity) {
            int bits =
                    Math.max(
                            MIN_CAPACITY_BITS,
                            Integer.SIZE - Integer.numberOfLeadingZeros(capacity - 1));
            Chunk chunk = free[bits];
            if (chunk == null) {
                return new Chunk(1 << bits);
            }
            free[bits] = chunk.nextFree;
            chunk.nextFree = null;
            freeBytes[bits] -= chunk.capacity();
            return chunk;
        }

        private void giveBack(Chunk chunk) {
            int bits = Integer.numberOfTrailingZeros(chunk.capacity());
            if (chunk != Chunk.NONE && freeBytes[bits] < POOLED_BYTES_PER_SIZE) {
                chunk.nextFree = free[bits];
                free[bits] = chunk;
                freeBytes[bits] += chunk.capacity();
            }
        }
    }
}
