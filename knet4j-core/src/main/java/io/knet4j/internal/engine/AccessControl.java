package io.knet4j.internal.engine;

import io.knet4j.internal.security.AccessFilter;
import io.knet4j.internal.security.AccessUnion;
import io.knet4j.internal.transport.Path;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Decides from where packets are let in: for all links together before a packet is opened, when
 * strangers are still cheap to refuse, and for one link when it is known. Scopes of IPv6 addresses
 * do not count here.
 */
final class AccessControl {
    private boolean enabled;

    /** How many links have their peer at an address: all but those that reject it. */
    private final Map<InetAddress, Integer> peers = new HashMap<>();

    private final AccessUnion dynamic = new AccessUnion();
    private int dynamicLinks;

    AccessControl(boolean enabled) {
        this.enabled = enabled;
    }

    void setEnabled(boolean enabled) {
        this.enabled = enabled;
    }

    boolean isEnabled() {
        return enabled;
    }

    /** Whether a datagram may belong to any link. */
    boolean admits(InetSocketAddress source) {
        InetAddress address = source.getAddress();
        return !enabled
                || peers.containsKey(address)
                || (dynamicLinks > 0 && dynamic.mayAccept(address));
    }

    /**
     * Whether a packet from an address may belong to a link; of static links only the peer's
     * address is asked for.
     */
    boolean admits(LinkState link, InetAddress address) {
        DynamicPeer peer = link.peer;
        if (peer == null || !enabled) {
            return true;
        }
        Path path = link.path;
        boolean known = path != null && path.remote().getAddress().equals(address);
        return known ? peer.accepted : peer.filter.accepts(address);
    }

    /** A link was added. */
    void add(LinkState link) {
        DynamicPeer peer = link.peer;
        if (peer != null) {
            dynamic.add(peer.filter);
            dynamicLinks++;
        }
        count(link, 1);
    }

    /** A link was removed. */
    void remove(LinkState link) {
        count(link, -1);
        DynamicPeer peer = link.peer;
        if (peer != null) {
            dynamic.remove(peer.filter);
            dynamicLinks--;
        }
    }

    private void count(LinkState link, int change) {
        Path path = link.path;
        if (path != null && (link.peer == null || link.peer.accepted)) {
            peers.merge(path.remote().getAddress(), change, (a, b) -> a + b == 0 ? null : a + b);
        }
    }

    /** The peer of a dynamic link has another address. */
    void move(LinkState link, DynamicPeer peer, Path path) {
        count(link, -1);
        link.path = path;
        judge(link, peer);
    }

    /** A dynamic link has another list. */
    void replace(LinkState link, DynamicPeer peer, AccessFilter filter) {
        count(link, -1);
        dynamic.remove(peer.filter);
        peer.filter = filter;
        dynamic.add(filter);
        judge(link, peer);
    }

    private void judge(LinkState link, DynamicPeer peer) {
        Path path = link.path;
        peer.accepted = path != null && peer.filter.accepts(path.remote().getAddress());
        count(link, 1);
    }

    /** Whether there is nothing left of any link. */
    boolean isEmpty() {
        return peers.isEmpty() && dynamicLinks == 0;
    }
}
