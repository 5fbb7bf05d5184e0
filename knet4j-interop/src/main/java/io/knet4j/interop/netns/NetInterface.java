package io.knet4j.interop.netns;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** One end of a wire: an interface with an IPv4 and an IPv6 address. */
public final class NetInterface {
    private static final int SMALLEST_IPV6_MTU = 1280;

    private final Namespace namespace;
    private final String name;
    private final InetAddress ipv4;
    private final InetAddress ipv6;
    private final List<String> routes = new ArrayList<>();

    /** Which way packets pass an interface. */
    public enum Direction {
        /** From the wire into the host. */
        IN,
        /** From the host to the wire. */
        OUT
    }

    /** What happens to packets that a filter does not let through. */
    public enum Verdict {
        /** They are lost; senders on the same host see an error of their send call. */
        DROP,
        /** The same, and their sender gets an ICMP message "port unreachable". */
        REJECT
    }

    NetInterface(Namespace namespace, String name, InetAddress ipv4, InetAddress ipv6) {
        this.namespace = namespace;
        this.name = name;
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
    }

    /** Adds a route to another network, which has to be added again whenever the interface is. */
    void route(String network, InetAddress gateway) {
        routes.add(
                "route replace " + network + " via " + gateway.getHostAddress() + " dev " + name);
    }

    /** What {@code ip} has to do to bring it up. */
    private List<String> setUp() {
        List<String> lines = new ArrayList<>();
        lines.add("link set dev " + name + " up");
        lines.addAll(routes);
        return lines;
    }

    void configure() {
        List<String> lines = new ArrayList<>();
        lines.add("address replace " + withPrefix(ipv4) + " dev " + name);
        lines.add("address replace " + withPrefix(ipv6) + " dev " + name + " nodad");
        lines.addAll(setUp());
        namespace.ipBatch(lines);
    }

    private static String withPrefix(InetAddress address) {
        return address.getHostAddress() + (address instanceof Inet6Address ? "/64" : "/24");
    }

    /** {@return the namespace it is in} */
    public Namespace namespace() {
        return namespace;
    }

    /** {@return its name, such as {@code link0}} */
    public String name() {
        return name;
    }

    /**
     * {@return its address of one family}
     *
     * @param wantsIpv6 which family
     */
    public InetAddress address(boolean wantsIpv6) {
        return wantsIpv6 ? ipv6 : ipv4;
    }

    /**
     * {@return its address of one family, with a port}
     *
     * @param wantsIpv6 which family
     * @param port the port
     */
    public InetSocketAddress address(boolean wantsIpv6, int port) {
        return new InetSocketAddress(address(wantsIpv6), port);
    }

    /** Takes the interface up, with its routes. */
    public void up() {
        namespace.ipBatch(setUp());
    }

    /** Takes the interface down. It keeps its addresses and loses its routes. */
    public void down() {
        namespace.ip("link", "set", "dev", name, "down");
    }

    /**
     * Sets the MTU. What comes over the wire may be four bytes larger: the receiving end leaves
     * room for a VLAN tag. What is larger still is refused on the sending host, with ENOBUFS for
     * those sockets that ask for errors: libknet's do, and it tries such a packet again for ever,
     * holding its locks. So let a wire of a C node have the same MTU at both ends, or limit it by a
     * router ({@link TwoHosts.Wire#limitToA}).
     *
     * @param mtu bytes of an IP packet; Linux takes the IPv6 address away from an interface with
     *     less than 1280, and this method gives it back when there is room again
     */
    public void mtu(int mtu) {
        List<String> lines = new ArrayList<>();
        lines.add("link set dev " + name + " mtu " + mtu);
        if (mtu >= SMALLEST_IPV6_MTU) {
            lines.add("address replace " + withPrefix(ipv6) + " dev " + name + " nodad");
            lines.addAll(routes);
        }
        namespace.ipBatch(lines);
    }

    /**
     * Adds an address.
     *
     * @param address an address of the wire's network
     */
    public void addAddress(InetAddress address) {
        List<String> lines = new ArrayList<>();
        lines.add(
                "address replace "
                        + withPrefix(address)
                        + " dev "
                        + name
                        + (address instanceof Inet6Address ? " nodad" : ""));
        lines.addAll(routes);
        namespace.ipBatch(lines);
    }

    /**
     * Removes an address.
     *
     * @param address one that it has
     */
    public void removeAddress(InetAddress address) {
        namespace.ip("address", "del", withPrefix(address), "dev", name);
    }

    /**
     * Keeps UDP packets of both families from passing, in one direction.
     *
     * @param direction which
     * @param verdict what happens to them
     * @return takes the block away when it is closed
     */
    public Block block(Direction direction, Verdict verdict) {
        List<String> rule =
                direction == Direction.IN
                        ? List.of("INPUT", "-i", name, "-p", "udp", "-j", verdict.name())
                        : List.of("OUTPUT", "-o", name, "-p", "udp", "-j", verdict.name());
        return new Block(namespace.filter(false, rule), namespace.filter(true, rule));
    }

    /**
     * Has netem harm what leaves.
     *
     * @param harm what it does, in the words of {@code tc-netem(8)}; nothing when empty
     * @return takes the harm away when it is closed
     * @throws IllegalStateException when the kernel has no netem, or does not know such harm
     */
    public Netem harm(String harm) {
        return new Netem(this, harm);
    }

    /**
     * Gives what comes in over IPv4 the checksums that it should have, so that the kernel does not
     * notice damage: as if a router had damaged it before it computed them.
     *
     * @return leaves checksums alone when it is closed
     * @throws IllegalStateException when the kernel has no such filter
     */
    public AutoCloseable mendChecksums() {
        Netem.tc(this, "qdisc add dev " + name + " clsact");
        Netem.tc(
                this,
                "filter add dev "
                        + name
                        + " ingress protocol ip matchall action csum ip4h and udp");
        return () -> Netem.tc(this, "qdisc del dev " + name + " clsact");
    }

    /** UDP packets do not pass an interface in one direction, until this is closed. */
    public static final class Block implements AutoCloseable {
        private final FilterRule ofIpv4;
        private final FilterRule ofIpv6;

        private Block(FilterRule ofIpv4, FilterRule ofIpv6) {
            this.ofIpv4 = ofIpv4;
            this.ofIpv6 = ofIpv6;
        }

        @Override
        public void close() {
            ofIpv4.close();
            ofIpv6.close();
        }
    }

    @Override
    public String toString() {
        return name + " of " + namespace;
    }
}
