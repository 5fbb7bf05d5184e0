package io.knet4j.internal.engine;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * An address and port with the scope of IPv6 link-local addresses, which {@link InetSocketAddress}
 * leaves out when it compares.
 */
record ScopedAddress(InetSocketAddress address, int scope) {

    static ScopedAddress of(InetSocketAddress address) {
        return new ScopedAddress(address, scope(address.getAddress()));
    }

    /** Whether two addresses may be of the same interface: also when only one of them names it. */
    static boolean sameHost(InetAddress one, InetAddress other) {
        int scope = scope(one);
        int otherScope = scope(other);
        return one.equals(other) && (scope == otherScope || scope == 0 || otherScope == 0);
    }

    /** The same for addresses with their ports. */
    static boolean sameEnd(InetSocketAddress one, InetSocketAddress other) {
        return one.getPort() == other.getPort() && sameHost(one.getAddress(), other.getAddress());
    }

    private static int scope(InetAddress address) {
        return address instanceof Inet6Address ipv6 ? ipv6.getScopeId() : 0;
    }
}
