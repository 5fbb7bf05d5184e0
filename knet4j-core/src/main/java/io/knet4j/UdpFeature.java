package io.knet4j;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What UDP links use of the operating system where it is there. Each can be switched off, by {@link
 * Knet.Builder#withoutUdpFeature} or, for all nodes of a program, by the system property {@value
 * #WITHOUT_PROPERTY}, and is replaced by what works everywhere. {@link Knet#udpFeatures()} tells
 * what is in use.
 *
 * <p>What the operating system does not have or does not permit is not used; there is no need to
 * switch it off.
 */
public enum UdpFeature {
    /**
     * Sockets of Linux itself, on x86-64 and AArch64: many datagrams per system call. Needs native
     * access, see {@code java --enable-native-access}. Without it, the sockets of Java are used,
     * and of the others only {@link #MTU_PROBE_MODE}, where there is native access.
     */
    NATIVE,
    /**
     * Datagrams of equal length that go to the same address are handed over in one, which the
     * kernel or the network interface cuts ({@code UDP_SEGMENT}, Linux 4.18).
     */
    SEGMENTATION_OFFLOAD,
    /**
     * Datagrams of equal length that came from the same address are handed over in one by the
     * kernel ({@code UDP_GRO}, Linux 5.0).
     */
    RECEIVE_OFFLOAD,
    /**
     * What the network reports is heeded: that a peer cannot be reached, so that its link goes down
     * if the next two pings are not answered either, and that packets are too large for a router,
     * so that it is looked at once what passes ({@code IP_RECVERR}).
     */
    ERROR_QUEUE,
    /**
     * Socket buffers of the configured size, whatever the system's limits are ({@code
     * SO_RCVBUFFORCE}; needs {@code CAP_NET_ADMIN}).
     */
    FORCED_BUFFERS,
    /**
     * Links with {@link LinkConfig#highPriorityTraffic()} are preferred on the way to the network
     * interface, too ({@code SO_PRIORITY} 6).
     */
    SOCKET_PRIORITY,
    /**
     * The kernel refuses what is larger than the interface's MTU, and not what is larger than
     * routers reported in the last ten minutes, which may be forged ({@code IP_PMTUDISC_PROBE}).
     */
    MTU_PROBE_MODE,
    /**
     * While a link's socket is flooded by others than peers, the kernel keeps them out, but for a
     * few, before they take room and time from messages and pings ({@code SO_ATTACH_FILTER}).
     */
    SOURCE_FILTER;

    /** Name of the system property that lists the features to do without, separated by commas. */
    public static final String WITHOUT_PROPERTY = "io.knet4j.udp.without";

    private final String featureName;

    UdpFeature() {
        featureName = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Name in lists of features.
     *
     * @return for example {@code "segmentation-offload"}
     */
    public String featureName() {
        return featureName;
    }

    /**
     * Reads a list of features.
     *
     * @param field what is to be named in an error
     * @param list names separated by commas, of which case and spaces do not matter; may be empty
     * @return an unmodifiable set
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} for a name that is not known
     */
    public static Set<UdpFeature> parse(String field, String list) {
        Checks.notNull(field, list);
        Set<UdpFeature> features = EnumSet.noneOf(UdpFeature.class);
        for (String name : list.split(",")) {
            if (!name.isBlank()) {
                features.add(named(field, name.strip()));
            }
        }
        return Collections.unmodifiableSet(features);
    }

    private static UdpFeature named(String field, String name) {
        return Arrays.stream(values())
                .filter(feature -> feature.featureName.equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() ->
                        ConfigurationException.invalid(
                                field,
                                '\'' + name + '\'',
                                Arrays.stream(values())
                                        .map(UdpFeature::featureName)
                                        .collect(Collectors.joining(", "))));
    }

    /** Its name in lists of features. */
    @Override
    public String toString() {
        return featureName;
    }
}
