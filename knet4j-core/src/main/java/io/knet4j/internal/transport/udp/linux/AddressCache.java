package io.knet4j.internal.transport.udp.linux;

import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Objects of the addresses that datagrams come from, so that none is made for a datagram from an
 * address that sent before. Bounded: whoever sends from many addresses takes the places of others.
 */
final class AddressCache {
    /** For a thousand peers with two links each, with room to spare. */
    private static final int PLACES = 1 << 14;

    /** Places that an address may have. */
    private static final int WAYS = 4;

    private final @Nullable Entry[] entries = new Entry[PLACES];
    private int next;

    private record Entry(RawAddress raw, InetSocketAddress address) {}

    /** The address of which the structure lies there. */
    InetSocketAddress get(MemorySegment memory, long offset) {
        int first = RawAddress.hash(memory, offset) & (PLACES - WAYS);
        int free = first + (next++ & (WAYS - 1));
        for (int place = first; place < first + WAYS; place++) {
            Entry entry = entries[place];
            if (entry == null) {
                free = place;
                break;
            }
            if (entry.raw.isAt(memory, offset)) {
                return entry.address;
            }
        }
        RawAddress raw = RawAddress.read(memory, offset);
        Entry added = new Entry(raw, raw.toInet());
        entries[free] = added;
        return added.address;
    }
}
