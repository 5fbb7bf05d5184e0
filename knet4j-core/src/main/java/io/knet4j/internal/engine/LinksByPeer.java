package io.knet4j.internal.engine;

import io.knet4j.internal.transport.Path;
import io.knet4j.internal.transport.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the links of a path. The network may report of thousands that nobody is there, for every
 * ping, and strangers send floods.
 */
final class LinksByPeer {
    private final Map<InetSocketAddress, Set<LinkState>> links = new HashMap<>();

    /** From where peers answer that are reached by another address or port. */
    private final Map<InetSocketAddress, LinkState> elsewhere = new HashMap<>();

    /** How many of the above have this address. */
    private final Map<InetAddress, Integer> addresses = new HashMap<>();

    private int changes;

    /** A link was added, or has another path now. */
    void add(LinkState link) {
        Path path = link.path;
        if (path != null) {
            if (links.computeIfAbsent(path.remote(), _ -> new LinkedHashSet<>()).add(link)) {
                addresses.merge(path.remote().getAddress(), 1, Integer::sum);
            }
            changes++;
        }
    }

    /** A link was removed, or is about to have another path. */
    void remove(LinkState link) {
        Path path = link.path;
        Set<LinkState> same = path == null ? null : links.get(path.remote());
        if (path != null && same != null && same.remove(link)) {
            addresses.computeIfPresent(
                    path.remote().getAddress(), (_, count) -> count == 1 ? null : count - 1);
            if (same.isEmpty()) {
                links.remove(path.remote());
                changes++;
            }
        }
        if (link.answersFrom != null) {
            elsewhere.remove(link.answersFrom, link);
            link.answersFrom = null;
            changes++;
        }
    }

    /** The peer of a link has shown that it sends from there. */
    void answered(LinkState link, InetSocketAddress source) {
        if (source.equals(link.answersFrom)) {
            elsewhere.putIfAbsent(source, link); // another link that had it may be gone
            return;
        }
        if (link.answersFrom != null) {
            elsewhere.remove(link.answersFrom, link);
        }
        link.answersFrom = source;
        elsewhere.putIfAbsent(source, link); // several links may be behind one translated address
        changes++;
    }

    /** Whether that is exactly where a peer sends from. */
    boolean contains(InetSocketAddress source) {
        return links.containsKey(source) || elsewhere.containsKey(source);
    }

    /** Whether a peer has this address. */
    boolean knows(InetAddress address) {
        return addresses.containsKey(address);
    }

    /** Tells that there are other addresses than before. */
    int changes() {
        return changes;
    }

    /** A link to this address, if none of those to it is wanted. */
    @Nullable LinkState onlyUnwanted(InetSocketAddress remote, Predicate<LinkState> wanted) {
        LinkState unwanted = null;
        for (LinkState link : links.getOrDefault(remote, Set.of())) {
            if (wanted.test(link)) {
                return null;
            }
            unwanted = link;
        }
        return unwanted;
    }

    /** Where the peers send from whose links use this socket and are wanted. */
    List<InetSocketAddress> sources(Transport.Socket socket, Predicate<LinkState> wanted) {
        List<InetSocketAddress> sources = new ArrayList<>();
        for (Set<LinkState> same : links.values()) {
            for (LinkState link : same) {
                if (socket.equals(link.socket) && link.path != null && wanted.test(link)) {
                    sources.add(link.path.remote());
                    if (link.answersFrom != null) {
                        sources.add(link.answersFrom);
                    }
                }
            }
        }
        return sources;
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
        return links.isEmpty() && elsewhere.isEmpty();
    }
}
