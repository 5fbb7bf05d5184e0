package io.knet4j.internal.security;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * The bits of an address, without its scope, as one unsigned number; those of an IPv4 address are
 * the lowest 32.
 */
record AddressBits(long high, long low) implements Comparable<AddressBits> {
    static final AddressBits ZERO = new AddressBits(0, 0);

    private static final long IPV4_ONES = 0xffff_ffffL;

    static AddressBits of(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return bytes.remaining() == Integer.BYTES
                ? new AddressBits(0, Integer.toUnsignedLong(bytes.getInt()))
                : new AddressBits(bytes.getLong(), bytes.getLong());
    }

    /** The ones before the first zero of a mask; all other bits are zero. */
    AddressBits leadingOnes(boolean ipv6) {
        if (!ipv6) {
            return new AddressBits(0, leadingOnes(low << 32) >>> 32);
        }
        return new AddressBits(leadingOnes(high), high == -1 ? leadingOnes(low) : 0);
    }

    private static long leadingOnes(long bits) {
        int ones = Long.numberOfLeadingZeros(~bits);
        return ones == 0 ? 0 : -1L << (Long.SIZE - ones);
    }

    /** The bits that a mask leaves. */
    AddressBits and(AddressBits mask) {
        return new AddressBits(high & mask.high, low & mask.low);
    }

    /** The highest number with these bits where the mask has ones. */
    AddressBits highestWithin(AddressBits mask, boolean ipv6) {
        return ipv6
                ? new AddressBits(high | ~mask.high, low | ~mask.low)
                : new AddressBits(0, low | (~mask.low & IPV4_ONES));
    }

    /** The number behind this one, {@link #ZERO} behind the highest. */
    AddressBits next() {
        return new AddressBits(low == -1 ? high + 1 : high, low + 1);
    }

    @Override
    public int compareTo(AddressBits other) {
        return high == other.high
                ? Long.compareUnsigned(low, other.low)
                : Long.compareUnsigned(high, other.high);
    }
}
