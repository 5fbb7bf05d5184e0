package io.knet4j.internal.security;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tells which addresses at least one of many filters may accept, in one search whatever their
 * number. It errs on the side of accepting: with masks whose ones are scattered, and when the
 * filters have so many different ranges that putting them together would take milliseconds.
 */
public final class AccessUnion {
    private static final int MAX_BOUNDS = 50_000;

    private final Family ipv4 = new Family();
    private final Family ipv6 = new Family();

    /** The addresses of one family. */
    private static final class Family {
        /** How many more ranges than before have the addresses from here on. */
        private final TreeMap<AddressBits, Integer> changes = new TreeMap<>();

        /** Made of the changes when it is asked for. */
        private AddressTable table = AddressTable.of(List.of());

        private boolean outdated;

        private void add(List<AddressRange> ranges, int times) {
            for (AddressRange range : ranges) {
                changeAt(range.start(), times);
                if (!range.end().equals(AddressBits.ZERO)) {
                    changeAt(range.end(), -times);
                }
                outdated = true;
            }
        }

        private void changeAt(AddressBits place, int change) {
            changes.merge(place, change, (a, b) -> a + b == 0 ? null : a + b);
        }

        private boolean mayAccept(long high, long low) {
            if (changes.size() > MAX_BOUNDS) {
                return true;
            }
            if (outdated) {
                table = AddressTable.of(covered());
                outdated = false;
            }
            return table.firstRule(high, low) != AddressTable.NONE;
        }

        private List<AddressRange> covered() {
            List<AddressRange> covered = new ArrayList<>();
            AddressBits start = AddressBits.ZERO;
            int depth = 0;
            for (Map.Entry<AddressBits, Integer> change : changes.entrySet()) {
                int before = depth;
                depth += change.getValue();
                if (before == 0) {
                    start = change.getKey();
                } else if (depth == 0) {
                    covered.add(new AddressRange(start, change.getKey(), 0));
                }
            }
            if (depth > 0) {
                covered.add(new AddressRange(start, AddressBits.ZERO, 0));
            }
            return covered;
        }
    }

    public void add(AccessFilter filter) {
        change(filter, 1);
    }

    /** Takes back what was added once. */
    public void remove(AccessFilter filter) {
        change(filter, -1);
    }

    private void change(AccessFilter filter, int times) {
        ipv4.add(filter.acceptable(false), times);
        ipv6.add(filter.acceptable(true), times);
    }

    /** Whether one of the filters may accept packets from an address. */
    public boolean mayAccept(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet6Address
                ? ipv6.mayAccept(bytes.getLong(0), bytes.getLong(Long.BYTES))
                : ipv4.mayAccept(0, Integer.toUnsignedLong(bytes.getInt(0)));
    }
}
