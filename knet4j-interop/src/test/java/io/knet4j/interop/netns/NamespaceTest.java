package io.knet4j.interop.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.knet4j.interop.junit.RequiresNetworkNamespaces;
import io.knet4j.interop.netns.NetInterface.Direction;
import io.knet4j.interop.netns.NetInterface.Verdict;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The set-up that the other tests here stand on. */
@RequiresNetworkNamespaces
class NamespaceTest {
    private static String addresses(NetInterface end) {
        return end.namespace().ip("-o", "address", "show", "dev", end.name());
    }

    private static String link(NetInterface end) {
        return end.namespace().ip("-o", "link", "show", "dev", end.name());
    }

    @Test
    void closedNamespacesLeaveNothingBehind() {
        Path file;
        try (Namespace namespace = Namespace.open("test")) {
            file = Path.of("/run/netns", namespace.name());
            assertTrue(Files.exists(file));
        }
        assertFalse(Files.exists(file));
    }

    @Test
    void namespacesOfDeadProcessesAreRemoved() {
        try (Namespace namespace = Namespace.open("test")) {
            long dead = 4_194_304; // one more than Linux gives to a process
            String stale = namespace.name().replaceFirst("-\\d+", "-" + dead);
            Commands.run(List.of("ip", "netns", "add", stale));
            assertTrue(Namespace.removeStale(pid -> pid != dead).contains(stale));
            assertFalse(Files.exists(Path.of("/run/netns", stale)));
            assertTrue(Files.exists(Path.of("/run/netns", namespace.name())));
        }
    }

    @Test
    void commandsThatFailSayWhy() {
        try (Namespace namespace = Namespace.open("test")) {
            assertEquals("here\n", namespace.run("echo", "here"));
            IllegalStateException e =
                    assertThrows(
                            IllegalStateException.class,
                            () -> namespace.ip("link", "set", "dev", "none", "up"));
            assertTrue(e.getMessage().contains("Cannot find device"), e::getMessage);
        }
    }

    @Test
    void routedWiresHaveARouterBetweenTwoNetworks() {
        try (TwoHosts hosts = TwoHosts.open(TwoHosts.Kind.DIRECT, TwoHosts.Kind.ROUTED)) {
            NetInterface a = hosts.wire(1).a();
            String route =
                    hosts.a().ip("route", "get", hosts.wire(1).b().address(false).getHostAddress());
            assertTrue(
                    route.contains(
                            "via " + hosts.wire(1).nextToA().address(false).getHostAddress()),
                    route);
            a.down();
            assertThrows(
                    IllegalStateException.class,
                    () ->
                            hosts.a()
                                    .ip(
                                            "route",
                                            "get",
                                            hosts.wire(1).b().address(false).getHostAddress()));
            a.up();
            assertEquals(
                    route,
                    hosts.a()
                            .ip("route", "get", hosts.wire(1).b().address(false).getHostAddress()));
            assertEquals(hosts.wire(0).b(), hosts.wire(0).nextToA());
        }
    }

    @Test
    void interfacesKeepTheirAddressesThroughEverything() {
        try (TwoHosts hosts = TwoHosts.open(TwoHosts.Kind.DIRECT)) {
            NetInterface end = hosts.wire(0).a();
            String before = addresses(end);
            assertTrue(before.contains("10.0.0.1/24"), before);
            assertTrue(before.contains("fd00::1/64"), before);

            end.down();
            assertTrue(link(end).contains("state DOWN"));
            end.up();
            assertTrue(addresses(end).contains("fd00::1/64"));

            end.mtu(576); // too small for IPv6
            assertTrue(link(end).contains("mtu 576"));
            assertFalse(addresses(end).contains("fd00::1/64"));
            end.mtu(9000);
            assertTrue(link(end).contains("mtu 9000"));
            assertTrue(addresses(end).contains("fd00::1/64"));

            InetAddress other = hosts.spareAddressOfB(false, 0, 20);
            NetInterface ofB = hosts.wire(0).b();
            ofB.addAddress(other);
            ofB.removeAddress(ofB.address(false));
            assertTrue(addresses(ofB).contains("10.0.0.20/24"), addresses(ofB));
            assertFalse(addresses(ofB).contains("10.0.0.2/24"));
        }
    }

    @Test
    void filtersEndWhenTheyAreClosed() {
        try (TwoHosts hosts = TwoHosts.open(TwoHosts.Kind.ROUTED)) {
            String before = hosts.a().run("iptables", "-S") + hosts.a().run("ip6tables", "-S");
            try (NetInterface.Block _ = hosts.wire(0).a().block(Direction.OUT, Verdict.REJECT)) {
                String rules = hosts.a().run("iptables", "-S") + hosts.a().run("ip6tables", "-S");
                assertTrue(rules.contains("-A OUTPUT -o link0 -p udp -j REJECT"), rules);
            }
            assertEquals(
                    before, hosts.a().run("iptables", "-S") + hosts.a().run("ip6tables", "-S"));
            hosts.router().swallowTooBig();
            assertTrue(hosts.router().run("iptables", "-S").contains("--icmp-type 3/4"));
            hosts.router().clearFilters();
            assertFalse(hosts.router().run("iptables", "-S").contains("--icmp-type"));
        }
    }
}
