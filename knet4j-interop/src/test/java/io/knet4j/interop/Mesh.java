package io.knet4j.interop;

import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.Link;
import io.knet4j.LinkPolicy;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Several Java and C nodes, each joined with each by the same number of links, with forwarding on.
 */
final class Mesh implements AutoCloseable {
    private static final long TIMEOUT_MILLIS = 5000;

    private final Map<Integer, Knet> javaNodes = new TreeMap<>();
    private final Map<Integer, CNode> cNodes = new TreeMap<>();
    private final int links;

    Mesh(LinkPolicy policy, int links, List<Integer> javaIds, List<Integer> cIds) {
        this.links = links;
        for (int id : javaIds) {
            javaNodes.put(id, Knet.builder(id).open());
            java(id).startForwarding();
        }
        for (int id : cIds) {
            cNodes.put(id, CNode.open(id, CNode.LogLevel.INFO));
            c(id).forwarding(true);
        }
        List<Integer> ids = new ArrayList<>(javaIds);
        ids.addAll(cIds);
        for (int a : ids) {
            for (int b : ids) {
                if (a < b) {
                    join(a, b, policy);
                }
            }
        }
    }

    private void join(int a, int b, LinkPolicy policy) {
        addHost(a, b, policy);
        addHost(b, a, policy);
        for (int i = 0; i < links; i++) {
            InetSocketAddress ofA = JavaAndC.loopback4(i);
            InetSocketAddress ofB = JavaAndC.loopback4(i);
            addLink(a, b, i, ofA, ofB);
            addLink(b, a, i, ofB, ofA);
        }
    }

    private void addHost(int node, int peer, LinkPolicy policy) {
        if (javaNodes.containsKey(node)) {
            java(node).addHost(peer).setPolicy(policy);
        } else {
            c(node).addHost(peer);
            c(node).policy(peer, JavaAndC.cPolicy(policy));
        }
    }

    private void addLink(
            int node, int peer, int link, InetSocketAddress local, InetSocketAddress remote) {
        if (javaNodes.containsKey(node)) {
            Host host = java(node).host(peer).orElseThrow();
            host.addLink(link, JavaAndC.javaLink(local, remote, TIMEOUT_MILLIS));
        } else {
            c(node).addLink(
                            peer,
                            CLinkConfig.fast(link, local, remote).withPing(200, TIMEOUT_MILLIS));
        }
    }

    Knet java(int id) {
        return javaNodes.get(id);
    }

    CNode c(int id) {
        return cNodes.get(id);
    }

    /** Waits until every link of every node is up and carries messages. */
    void awaitUp() throws Exception {
        for (Knet node : javaNodes.values()) {
            for (Host peer : node.hosts()) {
                for (Link link : peer.links()) {
                    Await.until(() -> "link up: " + link.status(), () -> link.status().connected());
                }
            }
        }
        for (CNode node : cNodes.values()) {
            for (int peer : node.hosts()) {
                for (int i = 0; i < links; i++) {
                    node.awaitLink(peer, i, CLinkStatus::connected, Await.LIMIT);
                }
                node.awaitReachable(peer, true, Await.LIMIT);
            }
        }
    }

    @Override
    public void close() {
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        for (CNode node : cNodes.values()) {
            ends.add(CompletableFuture.runAsync(node::close)); // takes a second each
        }
        javaNodes.values().forEach(Knet::close);
        ends.forEach(CompletableFuture::join);
    }
}
