package io.knet4j.internal.transport.udp;

import io.knet4j.ConfigurationException;
import io.knet4j.UdpFeature;
import io.knet4j.internal.transport.SocketTransport;
import io.knet4j.internal.transport.udp.linux.LinuxUdpTransport;
import io.knet4j.internal.transport.udp.linux.NativeSupport;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chooses what moves datagrams: the sockets of Linux itself where that can be, or those of Java.
 */
public final class UdpTransports {
    private UdpTransports() {}

    /**
     * Opens a transport without sockets.
     *
     * @param without what not to use although it may be there; besides, what the system property
     *     {@link UdpFeature#WITHOUT_PROPERTY} lists
     * @throws ConfigurationException if the system property has a value that is not allowed
     */
    public static SocketTransport open(Set<UdpFeature> without, SocketTransport.Listener listener) {
        Set<UdpFeature> avoided = EnumSet.noneOf(UdpFeature.class);
        avoided.addAll(without);
        avoided.addAll(
                UdpFeature.parse(
                        UdpFeature.WITHOUT_PROPERTY,
                        System.getProperty(UdpFeature.WITHOUT_PROPERTY, "")));
        String problem = problem(avoided);
        if (problem == null) {
            try {
                return LinuxUdpTransport.open(avoided, listener);
            } catch (IOException | RuntimeException | LinkageError e) {
                problem = e.toString();
            }
        }
        return new NioUdpTransport(
                avoided,
                "UDP by the sockets of Java, one datagram per system call, since " + problem,
                listener);
    }

    private static @Nullable String problem(Set<UdpFeature> avoided) {
        return avoided.contains(UdpFeature.NATIVE)
                ? UdpFeature.NATIVE + " is switched off"
                : NativeSupport.problem();
    }
}
