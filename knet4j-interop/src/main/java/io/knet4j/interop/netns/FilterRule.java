package io.knet4j.interop.netns;

import java.util.ArrayList;
import java.util.List;

/** A rule of a namespace's packet filter, in force until it is closed. */
public final class FilterRule implements AutoCloseable {
    private final Namespace namespace;
    private final String tool;
    private final List<String> rule;
    private boolean closed;

    FilterRule(Namespace namespace, boolean ipv6, List<String> rule) {
        this.namespace = namespace;
        this.tool = ipv6 ? "ip6tables" : "iptables";
        this.rule = List.copyOf(rule);
        run("--append");
    }

    private void run(String action) {
        // The lock of iptables is one for all namespaces.
        List<String> words = new ArrayList<>(List.of(tool, "-w", "10", action));
        words.addAll(rule);
        namespace.run(words.toArray(String[]::new));
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            run("--delete");
        }
    }

    @Override
    public String toString() {
        return tool + ' ' + String.join(" ", rule);
    }
}
