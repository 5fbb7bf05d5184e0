package io.knet4j.internal.node;

import io.knet4j.Host;
import io.knet4j.HostStatus;
import io.knet4j.Link;
import io.knet4j.LinkConfig;
import io.knet4j.LinkPolicy;
import io.knet4j.internal.engine.HostState;
import io.knet4j.internal.security.AccessFilter;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A host as the application sees it. */
record NodeHost(Node node, HostState state) implements Host {

    @Override
    public int id() {
        return state.id();
    }

    @Override
    public String name() {
        return node.call(() -> node.engine().name(state));
    }

    @Override
    public void rename(String name) {
        node.change(() -> node.engine().rename(state, name));
    }

    @Override
    public void setPolicy(LinkPolicy policy) {
        Objects.requireNonNull(policy, "policy");
        node.change(() -> node.engine().setPolicy(state, policy));
    }

    @Override
    public Link addLink(int id, LinkConfig config) {
        Objects.requireNonNull(config, "config");
        AccessFilter filter = AccessFilter.of(config.accessRules()); // may take a while
        return new NodeLink(
                node,
                node.change(() ->
                        node.engine()
                                .addLink(node.runtime().nanoTime(), state, id, config, filter)));
    }

    @Override
    public Optional<Link> link(int id) {
        return node.call(() ->
                Optional.ofNullable(node.engine().link(state, id))
                        .map(link -> new NodeLink(node, link)));
    }

    @Override
    public List<Link> links() {
        return node.call(() ->
                node.engine().links(state).stream()
                        .<Link>map(link -> new NodeLink(node, link))
                        .toList());
    }

    @Override
    public HostStatus status() {
        return node.call(() -> node.engine().status(state));
    }

    @Override
    public boolean awaitReachable(Duration timeout) throws InterruptedException {
        name(); // a host that was removed is not waited for
        return node.awaitReachable(state, Waits.nanos(timeout));
    }

    @Override
    public void remove() {
        node.change(() -> node.engine().removeHost(node.runtime().nanoTime(), state));
    }

    @Override
    public String toString() {
        return "host " + id();
    }
}
