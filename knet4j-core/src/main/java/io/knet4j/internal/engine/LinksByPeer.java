package io.knet4j.internal.engine;

import io.knet4j.internal.transport.Path;
import io.knet4j.internal.transport.Transport;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Finds the links of a path. The network may report of thousands that nobody is there, for every
 * ping.
 */
final class LinksByPeer {
    private final Map<InetSocketAddress, Set<LinkState>> links = new HashMap<>();

    /** A link was added, or has another path now. */
    void add(LinkState link) {
        Path path = link.path;
        if (path != null) {
            links.computeIfAbsent(path.remote(), _ -> new LinkedHashSet<>()).add(link);
        }
    }

    /** A link was removed, or is about to have another path. */
    void remove(LinkState link) {
        Path path = link.path;
        Set<LinkState> same = path == null ? null : links.get(path.remote());
        if (path != null && same != null && same.remove(link) && same.isEmpty()) {
            links.remove(path.remote());
        }
    }

    /** Does something to all links from this socket to this address. */
    void forEach(Transport.Socket socket, InetSocketAddress remote, Consumer<LinkState> action) {
        for (LinkState link : links.getOrDefault(remote, Set.of())) {
            if (link.path != null && link.path.socket().equals(socket)) {
                action.accept(link);
            }
        }
    }

    boolean isEmpty() {
        return links.isEmpty();
    }
}
