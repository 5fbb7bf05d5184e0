package io.knet4j.internal.engine;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * An address and port with the scope of IPv6 link-local addresses, which {@link InetSocketAddress}
 * leaves out when it compares.
 */
public record ScopedAddress(InetSocketAddress address, int scope) {

    public static ScopedAddress of(InetSocketAddress address) {
        return new ScopedAddress(address, scope(address.getAddress()));
    }

    /** Whether two addresses may be of the same interface: also when only one of them names it. */
    public static boolean sameHost(InetAddress one, InetAddress other) {
        int scope = scope(one);
        int otherScope = scope(other);
        return one.equals(other) && (scope == otherScope || scope == 0 || otherScope == 0);
    }

    /** The same for addresses with their ports. */
    static boolean sameEnd(InetSocketAddress one, InetSocketAddress other) {
        return one.getPort() == other.getPort() && sameHost(one.getAddress(), other.getAddress());
    }

    // What the compiler makes for records is slow until it has run for a while, and a thousand
    // links
    // may be looked up by it in one go.

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ScopedAddress that
                && scope == that.scope
                && address.equals(that.address);
    }

    @Override
    public int hashCode() {
        return 31 * address.hashCode() + scope;
    }

    private static int scope(InetAddress address) {
        return address instanceof Inet6Address ipv6 ? ipv6.getScopeId() : 0;
    }
}
