package io.knet4j.internal.node;

import io.knet4j.AccessList;
import io.knet4j.AccessRule;
import io.knet4j.internal.engine.LinkState;
import io.knet4j.internal.security.AccessFilter;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * The access list of a link as the application sees it. A changed list is prepared by the caller,
 * since a long one takes its time, and taken over by the control loop unless somebody else was
 * faster.
 */
record NodeAccessList(Node node, LinkState link) implements AccessList {

    @Override
    public List<AccessRule> rules() {
        return node.call(() -> node.engine().accessRules(link));
    }

    @Override
    public boolean accepts(InetAddress source) {
        Objects.requireNonNull(source, "source");
        return node.call(() -> node.engine().acceptedByList(link, source));
    }

    @Override
    public void add(AccessRule rule) {
        insert(-1, rule);
    }

    @Override
    public void insert(int index, AccessRule rule) {
        Objects.requireNonNull(rule, "rule");
        change(filter -> filter.with(index, rule));
    }

    @Override
    public boolean remove(AccessRule rule) {
        Objects.requireNonNull(rule, "rule");
        return change(filter -> filter.without(rule));
    }

    @Override
    public void clear() {
        change(_ -> AccessFilter.EMPTY);
    }

    /** Returns whether there was something to change. */
    private boolean change(UnaryOperator<AccessFilter> change) {
        while (true) {
            AccessFilter before = node.call(() -> node.engine().accessFilter(link));
            AccessFilter after = change.apply(before);
            if (after == before) {
                return false;
            }
            if (node.change(() -> node.engine().replaceAccessFilter(link, before, after))) {
                return true;
            }
        }
    }

    @Override
    public String toString() {
        return "access list of link " + link.id() + " of host " + link.host().id();
    }
}
