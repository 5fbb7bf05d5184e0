package io.knet4j.testkit.relay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds UDP ports on loopback for tests. The ports lie below the range the kernel takes from for
 * port 0, and none is handed out twice in a process, so that nobody is likely to take one before
 * its finder does.
 */
public final class FreePorts {
    private static final int FIRST = 20_000;
    private static final int END = 32_000;
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private FreePorts() {}

    /** {@return a free port on 127.0.0.1} */
    public static InetSocketAddress loopback4() {
        return find(literal("127.0.0.1"));
    }

    /** {@return a free port on ::1} */
    public static InetSocketAddress loopback6() {
        return find(literal("::1"));
    }

    /** {@return whether this machine has the address ::1} */
    public static boolean hasLoopback6() {
        return canBind(new InetSocketAddress(literal("::1"), 0));
    }

    private static InetSocketAddress find(InetAddress ip) {
        for (int i = 0; i < END - FIRST; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            InetSocketAddress address = new InetSocketAddress(ip, port);
            if (GIVEN.add(port)) {
                if (canBind(address)) {
                    return address;
                }
                GIVEN.remove(port);
            }
        }
        throw new IllegalStateException("no free UDP port on " + ip.getHostAddress());
    }

    private static boolean canBind(InetSocketAddress address) {
        try (DatagramSocket socket = new DatagramSocket(null)) {
            socket.setReuseAddress(false);
            socket.bind(address);
            return true;
        } catch (SocketException _) {
            return false;
        }
    }

    private static InetAddress literal(String ip) {
        try {
            InetAddress address = InetAddress.getByName(ip);
            // Without the scope some systems attach, so that it compares equal to what the library
            // prints.
            return address instanceof Inet6Address
                    ? Inet6Address.getByAddress(null, address.getAddress(), -1)
                    : address;
        } catch (UnknownHostException e) {
            throw new UncheckedIOException(new IOException(ip, e));
        }
    }
}
