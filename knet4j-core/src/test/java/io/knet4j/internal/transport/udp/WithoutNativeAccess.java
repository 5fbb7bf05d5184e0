package io.knet4j.internal.transport.udp;

import io.knet4j.internal.transport.SocketTransport;
import java.util.Set;

/** Prints which transport is chosen, for a test that runs it in a Java of its own. */
public final class WithoutNativeAccess {
    private WithoutNativeAccess() {}

    public static void main(String[] args) {
        try (SocketTransport transport = UdpTransports.open(Set.of(), new Reports())) {
            System.out.println(transport.description());
        }
    }
}
