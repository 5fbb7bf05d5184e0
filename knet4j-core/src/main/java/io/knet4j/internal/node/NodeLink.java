package io.knet4j.internal.node;

import io.knet4j.AccessList;
import io.knet4j.Host;
import io.knet4j.Link;
import io.knet4j.LinkConfig;
import io.knet4j.LinkStatus;
import io.knet4j.internal.engine.Engine;
import io.knet4j.internal.engine.LinkState;
import java.time.Duration;

/** A link as the application sees it. */
record NodeLink(Node node, LinkState state) implements Link {

    private Engine engine() {
        return node.engine();
    }

    private long now() {
        return node.runtime().nanoTime();
    }

    @Override
    public int id() {
        return state.id();
    }

    @Override
    public Host host() {
        return new NodeHost(node, state.host());
    }

    @Override
    public LinkConfig config() {
        return node.call(() -> engine().config(state));
    }

    @Override
    public void setEnabled(boolean enabled) {
        node.run(() -> engine().setEnabled(now(), state, enabled));
    }

    @Override
    public void setPriority(int priority) {
        node.run(() -> engine().setPriority(state, priority));
    }

    @Override
    public void setPingTimers(Duration interval, Duration timeout, int precision) {
        node.run(() ->
                engine().setHeartbeat(
                                now(),
                                state,
                                engine().config(state).withPing(interval, timeout, precision)));
    }

    @Override
    public void setPongCount(int count) {
        node.run(() ->
                engine().setHeartbeat(now(), state, engine().config(state).withPongCount(count)));
    }

    @Override
    public LinkStatus status() {
        return node.call(() -> engine().status(now(), state));
    }

    @Override
    public AccessList accessList() {
        return new NodeAccessList(node, state);
    }

    @Override
    public void remove() {
        node.run(() -> engine().removeLink(now(), state));
    }

    @Override
    public String toString() {
        return "link " + id() + " of host " + state.host().id();
    }
}
