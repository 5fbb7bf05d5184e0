package io.knet4j.internal.transport.udp.linux;

import io.knet4j.internal.transport.Path;
import java.net.InetSocketAddress;

/** A path with the address as the kernel takes it. */
final class LinuxPath extends Path {
    private final LinuxSocket socket;
    private final RawAddress address;

    LinuxPath(LinuxSocket socket, InetSocketAddress remote) {
        super(socket, remote);
        this.socket = socket;
        address = RawAddress.of(remote);
    }

    LinuxSocket linuxSocket() {
        return socket;
    }

    RawAddress address() {
        return address;
    }
}
