package io.knet4j.internal.transport.udp.linux;

import io.knet4j.Reason;
import io.knet4j.internal.transport.OutgoingBatch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * Hands the datagrams of one batch to the kernel, as few messages as possible at a time, and keeps
 * what that takes. Datagrams of equal length on the same path make one message, which the kernel
 * cuts again; the last of them may be shorter. Belongs to whoever has the batch.
 */
final class BatchSender {
    private static final int MESSAGES = 64;
    private static final int VECTORS = 1024;

    /** One for what is in the memory of the batch, and one for the tail. */
    private static final int VECTORS_PER_DATAGRAM = 2;

    /** More than that the first kernels with this feature do not cut. */
    private static final int MAX_SEGMENTS = 64;

    private static final int MAX_IPV4_BYTES = 65_507;
    private static final int MAX_IPV6_BYTES = 65_487;

    /**
     * What the network reported about something else fails the next datagram of the socket, and is
     * gone then.
     */
    private static final int TRIES = 2;

    /** The same for what a datagram to be sent cannot bring about itself. */
    private static final int TRIES_OF_REPORTED = 10;

    private final OutgoingBatch batch;
    private final long batchAddress;
    private final SendOrder order;
    private final MessageHeaders headers;
    private final BufferAddresses tails = new BufferAddresses();
    private final Kernel kernel;

    /** Position after the last datagram of each message. */
    private final int[] ends;

    /** What takes messages. */
    @FunctionalInterface
    interface Kernel {
        /**
         * Takes some of the messages.
         *
         * @param first the first one
         * @return how many were taken, or the negative errno of the first one
         */
        int send(int fd, MessageHeaders headers, int first, int count);

        /** The one that there is, for one thread at a time. */
        static Kernel linux() {
            MemorySegment capture = Arena.ofAuto().allocate(LibC.CAPTURE);
            return (fd, headers, first, count) ->
                    LibC.sendmmsg(capture, fd, headers.address(first), count);
        }
    }

    /**
     * @throws IllegalArgumentException if the batch is not in memory that the kernel can read
     */
    BatchSender(OutgoingBatch batch, Kernel kernel) {
        ByteBuffer memory = batch.memory();
        if (!memory.isDirect()) {
            throw new IllegalArgumentException("the memory of the batch is not direct");
        }
        this.batch = batch;
        this.kernel = kernel;
        batchAddress = MemorySegment.ofBuffer(memory.duplicate().clear()).address();
        order = new SendOrder(batch.capacity());
        int messages = Math.min(MESSAGES, batch.capacity());
        headers =
                new MessageHeaders(
                        messages,
                        Math.min(VECTORS, VECTORS_PER_DATAGRAM * batch.capacity()),
                        MessageHeaders.NUMBER_CONTROL);
        ends = new int[messages];
    }

    /** Hands over what is pending. */
    void send() {
        order.sort(batch);
        int from = 0;
        try {
            for (int i = 0; i < order.sockets(); i++) {
                int to = from + order.sizeOfSocket(i);
                LinuxSocket socket = path(from).linuxSocket();
                if (socket.descriptor().acquire()) {
                    try {
                        send(socket, from, to);
                    } finally {
                        socket.descriptor().release();
                    }
                } else {
                    fail(from, to, Reason.SOCKET_FAILED);
                }
                from = to;
            }
        } finally {
            Reference.reachabilityFence(batch);
        }
    }

    private LinuxPath path(int position) {
        return (LinuxPath) batch.path(order.index(position));
    }

    /** Hands over the datagrams of one socket, until it is full. */
    private void send(LinuxSocket socket, int from, int to) {
        int fd = socket.descriptor().fd();
        int singlesTo = socket.takesSegments() ? from : to;
        int refusedTo = from;
        int position = from;
        int message = 0;
        int messages = 0;
        int tries = 0;
        while (position < to) {
            if (message == messages) {
                message = 0;
                messages = lay(socket, position, to, singlesTo);
            }
            int result = kernel.send(fd, headers, message, messages - message);
            if (result > 0) {
                boolean refused = position < refusedTo;
                message += result;
                settle(position, ends[message - 1]);
                position = ends[message - 1];
                tries = 0;
                if (refused) { // taken one by one, what was not taken in one
                    socket.refuseSegments();
                    refusedTo = from;
                    singlesTo = to;
                    message = messages;
                }
                continue;
            }
            int errno = -result;
            if (errno == Errno.EAGAIN || errno == Errno.ENOBUFS) {
                return; // what is behind waits, too, to keep its order
            }
            if (++tries < tries(errno)) {
                continue;
            }
            tries = 0;
            int end = ends[message];
            if (end - position > 1) {
                refusedTo = Errno.isSegmentationRefusal(errno) ? end : from;
                singlesTo = end; // so that each has an outcome of its own
                message = messages;
            } else {
                fail(position, end, Errno.reason(errno));
                refusedTo = from; // it is not for being several that they were refused
                position = end;
                message++;
            }
        }
    }

    private static int tries(int errno) {
        return Errno.isOfTheCall(errno) ? TRIES : TRIES_OF_REPORTED;
    }

    /**
     * Lays out messages.
     *
     * @param singlesTo datagrams before that position become messages of their own
     * @return how many messages
     */
    private int lay(LinuxSocket socket, int from, int to, int singlesTo) {
        int mostBytes = socket.isIpv6() ? MAX_IPV6_BYTES : MAX_IPV4_BYTES;
        int position = from;
        int messages = 0;
        int vectors = 0;
        while (position < to
                && messages < headers.messages()
                && vectors + VECTORS_PER_DATAGRAM <= headers.vectors()) {
            int index = order.index(position);
            LinuxPath path = (LinuxPath) batch.path(index);
            int segment = batch.length(index);
            int firstVector = vectors;
            long start = batchAddress + batch.offset(index);
            long end = start + batch.headLength(index);
            int tail = batch.tailLength(index);
            if (tail > 0) {
                headers.setVector(vectors++, start, end - start);
                start = tailAddress(index);
                end = start + tail;
            }
            int bytes = segment;
            int next = position + 1;
            int most = position < singlesTo || segment == 0 ? next : next + MAX_SEGMENTS - 1;
            boolean full = false;
            while (!full && next < Math.min(most, to)) {
                int other = order.index(next);
                int length = batch.length(other);
                if (length > segment
                        || length == 0
                        || bytes + length > mostBytes
                        || !path.equals(batch.path(other))) {
                    break;
                }
                long address = batchAddress + batch.offset(other);
                tail = batch.tailLength(other);
                if (address != end || tail > 0) {
                    if (vectors + 1 + VECTORS_PER_DATAGRAM > headers.vectors()) {
                        break;
                    }
                    if (address != end) {
                        headers.setVector(vectors++, start, end - start);
                        start = address;
                    }
                }
                end = address + batch.headLength(other);
                if (tail > 0) {
                    headers.setVector(vectors++, start, end - start);
                    start = tailAddress(other);
                    end = start + tail;
                }
                bytes += length;
                next++;
                full = length < segment;
            }
            headers.setVector(vectors++, start, end - start);
            headers.setVectors(messages, firstVector, vectors - firstVector);
            headers.setName(messages, path.address());
            headers.setSegments(messages, next - position > 1 ? segment : 0);
            ends[messages++] = next;
            position = next;
        }
        return messages;
    }

    private long tailAddress(int index) {
        return tails.of(batch.tail(index)) + batch.tailOffset(index);
    }

    private void settle(int from, int to) {
        for (int position = from; position < to; position++) {
            batch.sent(order.index(position));
        }
    }

    private void fail(int from, int to, Reason reason) {
        for (int position = from; position < to; position++) {
            batch.fail(order.index(position), reason);
        }
    }
}
