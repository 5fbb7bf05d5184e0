package io.knet4j.internal.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** How addresses are written for people. */
public final class Addresses {
    private Addresses() {}

    /**
     * An address and its port.
     *
     * @return as in {@code 192.0.2.1 port 5405}
     */
    public static String text(InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        return (ip == null ? address.getHostString() : ip.getHostAddress())
                + " port "
                + address.getPort();
    }
}
