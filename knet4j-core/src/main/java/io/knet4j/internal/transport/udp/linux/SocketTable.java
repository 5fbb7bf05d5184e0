package io.knet4j.internal.transport.udp.linux;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The open sockets, each with a number. One thread at a time may change it; any may read it. */
final class SocketTable {
    private final BitSet taken = new BitSet();
    private volatile AtomicReferenceArray<@Nullable LinuxSocket> sockets =
            new AtomicReferenceArray<>(8);

    /** Gives a socket the lowest number that is free. */
    int add(LinuxSocket socket) {
        int number = taken.nextClearBit(0);
        if (number == sockets.length()) {
            AtomicReferenceArray<@Nullable LinuxSocket> larger =
                    new AtomicReferenceArray<>(2 * number);
            for (int i = 0; i < number; i++) {
                larger.set(i, sockets.get(i));
            }
            sockets = larger;
        }
        taken.set(number);
        sockets.set(number, socket);
        return number;
    }

    /** Removes a socket. Returns whether it was there. */
    boolean remove(LinuxSocket socket) {
        for (int i = 0; i < sockets.length(); i++) {
            if (sockets.get(i) == socket) {
                sockets.set(i, null);
                taken.clear(i);
                return true;
            }
        }
        return false;
    }

    /** The socket with this number, null when there is none any more. */
    @Nullable LinuxSocket get(int number) {
        return sockets.get(number);
    }

    List<LinuxSocket> all() {
        List<LinuxSocket> all = new ArrayList<>();
        AtomicReferenceArray<@Nullable LinuxSocket> now = sockets;
        for (int i = 0; i < now.length(); i++) {
            LinuxSocket socket = now.get(i);
            if (socket != null) {
                all.add(socket);
            }
        }
        return all;
    }
}
