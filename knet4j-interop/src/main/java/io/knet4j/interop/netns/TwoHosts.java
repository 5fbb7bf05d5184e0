package io.knet4j.interop.netns;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Two hosts, each in a network namespace of its own, joined by wires. Each wire has an IPv4 and an
 * IPv6 network of its own. On a routed wire there is a router in the middle, in a third namespace,
 * with a network on either side.
 *
 * <p>All interfaces have an MTU of 1500 at first.
 */
public final class TwoHosts implements AutoCloseable {
    private static final int A = 1;
    private static final int B = 2;
    private static final int ROUTER = 254;

    private final List<Namespace> namespaces = new ArrayList<>();
    private final List<Wire> wires = new ArrayList<>();
    private final Namespace a;
    private final Namespace b;
    private final Optional<Namespace> router;

    /** What is between the two hosts. */
    public enum Kind {
        /** A cable. */
        DIRECT,
        /** A router. */
        ROUTED
    }

    /**
     * The ends of a wire.
     *
     * @param a the interface of host a
     * @param b the interface of host b
     * @param nextToA what host a is connected to: the router's interface, or that of b
     * @param nextToB what host b is connected to: the router's interface, or that of a
     */
    public record Wire(NetInterface a, NetInterface b, NetInterface nextToA, NetInterface nextToB) {
        /**
         * Has the router of a routed wire forward nothing larger towards host a, as if a network
         * with a smaller MTU were behind it.
         *
         * @param mtu bytes of an IP packet, at least 1280 for IPv6; 0 ends the limit
         */
        public void limitToA(int mtu) {
            limit(nextToA, a, mtu);
        }

        /**
         * The same towards host b.
         *
         * @param mtu bytes of an IP packet, at least 1280 for IPv6; 0 ends the limit
         */
        public void limitToB(int mtu) {
            limit(nextToB, b, mtu);
        }

        private static void limit(NetInterface from, NetInterface to, int mtu) {
            for (boolean ipv6 : new boolean[] {false, true}) {
                String host = to.address(ipv6).getHostAddress() + (ipv6 ? "/128" : "/32");
                String route = host + " dev " + from.name();
                String limit = mtu == 0 ? "" : " mtu " + mtu;
                from.namespace().ipBatch(List.of("route replace " + route + limit));
            }
        }

        /** Sets the MTU of all interfaces. */
        public void mtu(int mtu) {
            for (NetInterface each : List.of(a, b, nextToA, nextToB)) {
                each.mtu(mtu);
            }
        }
    }

    private TwoHosts(List<Kind> kinds) {
        try {
            a = open("a");
            b = open("b");
            router = kinds.contains(Kind.ROUTED) ? Optional.of(open("router")) : Optional.empty();
            router.ifPresent(TwoHosts::forward);
            for (int i = 0; i < kinds.size(); i++) {
                wires.add(kinds.get(i) == Kind.DIRECT ? direct(i) : routed(i));
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Builds the hosts and their wires.
     *
     * @param wires the kind of each wire; wire number i is called {@code linki} on both hosts
     * @return the hosts, ready to be used
     * @throws IllegalStateException when that fails
     */
    public static TwoHosts open(Kind... wires) {
        return new TwoHosts(List.of(wires));
    }

    private Namespace open(String role) {
        Namespace namespace = Namespace.open(role);
        namespaces.add(namespace);
        return namespace;
    }

    private static void forward(Namespace namespace) {
        namespace.run(
                "sh",
                "-c",
                "echo 1 > /proc/sys/net/ipv4/ip_forward;"
                        + " echo 1 > /proc/sys/net/ipv6/conf/all/forwarding");
    }

    private Wire direct(int i) {
        String name = "link" + i;
        cable(a, name, b, name);
        NetInterface endA = end(a, name, i, 0, A);
        NetInterface endB = end(b, name, i, 0, B);
        endA.configure();
        endB.configure();
        return new Wire(endA, endB, endB, endA);
    }

    private Wire routed(int i) {
        String name = "link" + i;
        Namespace middle = router.orElseThrow();
        cable(a, name, middle, "to-a" + i);
        cable(middle, "to-b" + i, b, name);
        NetInterface endA = end(a, name, i, 0, A);
        NetInterface toA = end(middle, "to-a" + i, i, 0, ROUTER);
        NetInterface toB = end(middle, "to-b" + i, i, 1, ROUTER);
        NetInterface endB = end(b, name, i, 1, B);
        for (boolean ipv6 : new boolean[] {false, true}) {
            endA.route(network(ipv6, i, 1), toA.address(ipv6));
            endB.route(network(ipv6, i, 0), toB.address(ipv6));
        }
        for (NetInterface end : List.of(toA, toB, endA, endB)) {
            end.configure();
        }
        return new Wire(endA, endB, toA, toB);
    }

    private static void cable(Namespace from, String fromName, Namespace to, String toName) {
        from.ip(
                "link", "add", fromName, "type", "veth", "peer", "name", toName, "netns",
                to.name());
    }

    private static NetInterface end(
            Namespace namespace, String name, int wire, int side, int host) {
        return new NetInterface(
                namespace, name, address(false, wire, side, host), address(true, wire, side, host));
    }

    private static String network(boolean ipv6, int wire, int side) {
        return ipv6 ? "fd00:" + side + ':' + wire + "::/64" : "10." + side + '.' + wire + ".0/24";
    }

    private static InetAddress address(boolean ipv6, int wire, int side, int host) {
        try {
            return InetAddress.getByName(
                    ipv6
                            ? "fd00:" + side + ':' + wire + "::" + host
                            : "10." + side + '.' + wire + '.' + host);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * {@return an address that nobody has yet, in the network of host b's end of a wire}
     *
     * @param ipv6 its family
     * @param wire the wire
     * @param number 10 to 99
     */
    public InetAddress spareAddressOfB(boolean ipv6, int wire, int number) {
        return address(ipv6, wire, wire(wire).nextToA().equals(wire(wire).b()) ? 0 : 1, number);
    }

    /** {@return host a} */
    public Namespace a() {
        return a;
    }

    /** {@return host b} */
    public Namespace b() {
        return b;
    }

    /** {@return what forwards between them on routed wires} */
    public Namespace router() {
        return router.orElseThrow();
    }

    /**
     * {@return a wire}
     *
     * @param index its number, from 0
     */
    public Wire wire(int index) {
        return wires.get(index);
    }

    /** Removes the namespaces and all that is in them. */
    @Override
    public void close() {
        for (Namespace namespace : namespaces) {
            namespace.close();
        }
        namespaces.clear();
    }
}
