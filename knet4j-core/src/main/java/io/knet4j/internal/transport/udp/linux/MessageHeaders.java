package io.knet4j.internal.transport.udp.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * An array of {@code struct mmsghdr}, each with room for an address and control messages, and the
 * {@code struct iovec}s that they share. Allocated once and used for many calls; freed when nothing
 * refers to it any more.
 */
final class MessageHeaders {
    private static final StructLayout MMSGHDR =
            MemoryLayout.structLayout(
                    ADDRESS.withName("name"),
                    JAVA_INT.withName("namelen"),
                    MemoryLayout.paddingLayout(4),
                    ADDRESS.withName("iov"),
                    JAVA_LONG.withName("iovlen"),
                    ADDRESS.withName("control"),
                    JAVA_LONG.withName("controllen"),
                    JAVA_INT.withName("flags"),
                    MemoryLayout.paddingLayout(4),
                    JAVA_INT.withName("len"),
                    MemoryLayout.paddingLayout(4));
    private static final StructLayout IOVEC =
            MemoryLayout.structLayout(ADDRESS.withName("base"), JAVA_LONG.withName("len"));
    private static final StructLayout CMSGHDR =
            MemoryLayout.structLayout(
                    JAVA_LONG.withName("len"),
                    JAVA_INT.withName("level"),
                    JAVA_INT.withName("type"));

    private static final long NAME = offset(MMSGHDR, "name");
    private static final long NAME_LENGTH = offset(MMSGHDR, "namelen");
    private static final long VECTORS = offset(MMSGHDR, "iov");
    private static final long VECTOR_COUNT = offset(MMSGHDR, "iovlen");
    private static final long CONTROL = offset(MMSGHDR, "control");
    private static final long CONTROL_LENGTH = offset(MMSGHDR, "controllen");
    private static final long FLAGS = offset(MMSGHDR, "flags");
    private static final long LENGTH = offset(MMSGHDR, "len");
    private static final long VECTOR_BASE = offset(IOVEC, "base");
    private static final long VECTOR_LENGTH = offset(IOVEC, "len");
    private static final long CONTROL_SIZE = offset(CMSGHDR, "len");
    private static final long CONTROL_LEVEL = offset(CMSGHDR, "level");
    private static final long CONTROL_TYPE = offset(CMSGHDR, "type");

    private static final long HEADER_BYTES = MMSGHDR.byteSize();
    private static final long VECTOR_BYTES = IOVEC.byteSize();
    private static final long CONTROL_DATA = CMSGHDR.byteSize();
    private static final long NAME_BYTES = 32;
    private static final long ALIGNMENT = 8;

    /** Room for one control message with a number. */
    static final int NUMBER_CONTROL = (int) (CONTROL_DATA + ALIGNMENT);

    /** Result of {@link #control} when there is no such control message. */
    static final long NONE = -1;

    private final MemorySegment memory;
    private final int messages;
    private final int vectors;
    private final int controlBytes;
    private final long names;
    private final long controls;
    private final long iovecs;

    /**
     * @param messages how many headers
     * @param vectors how many pieces of memory all messages together have at most
     * @param controlBytes room for control messages of each message
     */
    MessageHeaders(int messages, int vectors, int controlBytes) {
        this.messages = messages;
        this.vectors = vectors;
        this.controlBytes = controlBytes;
        names = HEADER_BYTES * messages;
        controls = names + NAME_BYTES * messages;
        iovecs = controls + (long) controlBytes * messages;
        memory = Arena.ofAuto().allocate(iovecs + VECTOR_BYTES * vectors, ALIGNMENT);
        for (int i = 0; i < messages; i++) {
            set(i, NAME, memory.address() + name(i));
            set(i, CONTROL, memory.address() + controls(i));
        }
    }

    private static long offset(StructLayout layout, String field) {
        return layout.byteOffset(PathElement.groupElement(field));
    }

    private void set(int message, long field, long value) {
        memory.set(JAVA_LONG, HEADER_BYTES * message + field, value);
    }

    private void set(int message, long field, int value) {
        memory.set(JAVA_INT, HEADER_BYTES * message + field, value);
    }

    private int getInt(int message, long field) {
        return memory.get(JAVA_INT, HEADER_BYTES * message + field);
    }

    int messages() {
        return messages;
    }

    int vectors() {
        return vectors;
    }

    /** Address of a header for the kernel. The caller keeps this object reachable. */
    long address(int message) {
        return memory.address() + HEADER_BYTES * message;
    }

    MemorySegment memory() {
        return memory;
    }

    // ---- what goes to the kernel

    /** Sets a piece of memory. */
    void setVector(int vector, long address, long length) {
        long at = iovecs + VECTOR_BYTES * vector;
        memory.set(JAVA_LONG, at + VECTOR_BASE, address);
        memory.set(JAVA_LONG, at + VECTOR_LENGTH, length);
    }

    /** Sets which pieces of memory a message has. */
    void setVectors(int message, int first, int count) {
        set(message, VECTORS, memory.address() + iovecs + VECTOR_BYTES * first);
        set(message, VECTOR_COUNT, (long) count);
    }

    /** Sets where a message goes. */
    void setName(int message, RawAddress address) {
        address.write(memory, name(message));
        set(message, NAME_LENGTH, address.length());
    }

    /** Has the kernel cut a message into segments of this size; into none when it is 0. */
    void setSegments(int message, int size) {
        if (size > 0) {
            long at = controls(message);
            memory.set(JAVA_LONG, at + CONTROL_SIZE, CONTROL_DATA + Short.BYTES);
            memory.set(JAVA_INT, at + CONTROL_LEVEL, LibC.SOL_UDP);
            memory.set(JAVA_INT, at + CONTROL_TYPE, LibC.UDP_SEGMENT);
            memory.set(JAVA_SHORT, at + CONTROL_DATA, (short) size);
        }
        set(message, CONTROL_LENGTH, size > 0 ? (long) NUMBER_CONTROL : 0L);
    }

    /** Says how much room there is for what the kernel tells of a message. */
    void setRoom(int message) {
        set(message, NAME_LENGTH, RawAddress.MAX_BYTES);
        set(message, CONTROL_LENGTH, (long) controlBytes);
    }

    /** Size of the segments of a message, 0 when it has none. For tests. */
    int segments(int message) {
        long data = control(message, LibC.SOL_UDP, LibC.UDP_SEGMENT);
        return data == NONE ? 0 : Short.toUnsignedInt(memory.get(JAVA_SHORT, data));
    }

    /** Lengths of the pieces of memory of a message. For tests. */
    List<Integer> pieces(int message) {
        long at = memory.get(JAVA_LONG, HEADER_BYTES * message + VECTORS) - memory.address();
        long count = memory.get(JAVA_LONG, HEADER_BYTES * message + VECTOR_COUNT);
        List<Integer> lengths = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lengths.add((int) memory.get(JAVA_LONG, at + VECTOR_BYTES * i + VECTOR_LENGTH));
        }
        return lengths;
    }

    // ---- what comes from the kernel

    int length(int message) {
        return getInt(message, LENGTH);
    }

    int flags(int message) {
        return getInt(message, FLAGS);
    }

    /** Where the address of a message is in {@link #memory()}. */
    long name(int message) {
        return names + NAME_BYTES * message;
    }

    private long controls(int message) {
        return controls + (long) controlBytes * message;
    }

    /** Where the data of a control message are in {@link #memory()}, or {@link #NONE}. */
    long control(int message, int level, int type) {
        long at = controls(message);
        long end = at + memory.get(JAVA_LONG, HEADER_BYTES * message + CONTROL_LENGTH);
        while (at + CONTROL_DATA <= end) {
            if (memory.get(JAVA_INT, at + CONTROL_LEVEL) == level
                    && memory.get(JAVA_INT, at + CONTROL_TYPE) == type) {
                return at + CONTROL_DATA;
            }
            long size = memory.get(JAVA_LONG, at + CONTROL_SIZE);
            at += (Math.max(size, CONTROL_DATA) + ALIGNMENT - 1) & -ALIGNMENT;
        }
        return NONE;
    }
}
