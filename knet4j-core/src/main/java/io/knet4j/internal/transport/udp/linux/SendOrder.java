package io.knet4j.internal.transport.udp.linux;

import io.knet4j.internal.transport.OutgoingBatch;
import io.knet4j.internal.transport.Path;
import java.util.Arrays;

/**
 * The pending datagrams of a batch in the order in which they are handed over: those of a socket
 * together, of these those of a path, and of these as they are in the batch.
 */
final class SendOrder {
    private final int[] indexes;
    private final int[] pathOf;
    private final IdentityNumbers paths;
    private final IdentityNumbers sockets;
    private final int[] socketOfPath;
    private final int[] sizeOfPath;
    private final int[] startOfPath;
    private final int[] sizeOfSocket;
    private final int[] startOfSocket;
    private int socketCount;

    /**
     * @param capacity that of the batch
     */
    SendOrder(int capacity) {
        indexes = new int[capacity];
        pathOf = new int[capacity];
        paths = new IdentityNumbers(capacity);
        sockets = new IdentityNumbers(capacity);
        socketOfPath = new int[capacity];
        sizeOfPath = new int[capacity];
        startOfPath = new int[capacity];
        sizeOfSocket = new int[capacity];
        startOfSocket = new int[capacity];
    }

    /** Takes over the pending datagrams. */
    void sort(OutgoingBatch batch) {
        int all = batch.size();
        Path last = null;
        int path = 0;
        for (int i = 0; i < all; i++) {
            if (batch.isPending(i)) {
                Path next = batch.path(i);
                if (!next.equals(last)) {
                    last = next;
                    path = number(next);
                }
                pathOf[i] = path;
                sizeOfPath[path]++;
            }
        }
        placeSockets();
        placePaths();
        for (int i = 0; i < all; i++) {
            if (batch.isPending(i)) {
                indexes[startOfPath[pathOf[i]]++] = i;
            }
        }
        socketCount = sockets.size();
        paths.clear();
        sockets.clear();
    }

    private int number(Path path) {
        int known = paths.size();
        int number = paths.add(path);
        if (number == known) {
            sizeOfPath[number] = 0;
            socketOfPath[number] = sockets.add(path.socket());
        }
        return number;
    }

    private void placeSockets() {
        Arrays.fill(sizeOfSocket, 0, sockets.size(), 0);
        for (int path = 0; path < paths.size(); path++) {
            sizeOfSocket[socketOfPath[path]] += sizeOfPath[path];
        }
        int size = 0;
        for (int socket = 0; socket < sockets.size(); socket++) {
            startOfSocket[socket] = size;
            size += sizeOfSocket[socket];
        }
    }

    private void placePaths() {
        for (int path = 0; path < paths.size(); path++) {
            startOfPath[path] = startOfSocket[socketOfPath[path]];
            startOfSocket[socketOfPath[path]] += sizeOfPath[path];
        }
    }

    int sockets() {
        return socketCount;
    }

    /** Number of datagrams of a socket. They follow those of the one before. */
    int sizeOfSocket(int socket) {
        return sizeOfSocket[socket];
    }

    /** Which datagram of the batch is at this position. */
    int index(int position) {
        return indexes[position];
    }
}
