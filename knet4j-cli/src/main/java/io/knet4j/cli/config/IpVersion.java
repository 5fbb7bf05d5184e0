package io.knet4j.cli.config;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** Which of a name's addresses to use ({@code totem.ip_version}). */
@SuppressWarnings("ImmutableEnumChecker") // the lists come from List.of
public enum IpVersion {
    IPV4("ipv4", "IPv4", List.of(Inet4Address.class)),
    IPV6("ipv6", "IPv6", List.of(Inet6Address.class)),
    IPV4_6("ipv4-6", "IPv4 or IPv6", List.of(Inet4Address.class, Inet6Address.class)),
    IPV6_4("ipv6-4", "IPv6 or IPv4", List.of(Inet6Address.class, Inet4Address.class));

    private final String key;
    private final String families;
    private final List<Class<? extends InetAddress>> preference;

    IpVersion(String key, String families, List<Class<? extends InetAddress>> preference) {
        this.key = key;
        this.families = families;
        this.preference = preference;
    }

    /** How the file spells it. */
    String key() {
        return key;
    }

    /** The families it accepts, for messages. */
    String families() {
        return families;
    }

    /**
     * The first address of the most wanted family that is there at all; the resolver's own order
     * counts within a family.
     */
    Optional<InetAddress> choose(List<InetAddress> addresses) {
        return preference.stream()
                .flatMap(family -> addresses.stream().filter(family::isInstance))
                .findFirst();
    }
}
