package io.knet4j.cli.node;

import io.knet4j.cli.config.ClusterConfig;
import java.util.HashMap;
import java.util.Map;

/** How the hosts of a cluster are called in messages. */
final class HostNames {

    private volatile Map<Integer, String> names = Map.of();

    HostNames(ClusterConfig config) {
        update(config);
    }

    /** The configuration has changed. */
    void update(ClusterConfig config) {
        Map<Integer, String> changed = new HashMap<>();
        config.nodes().forEach(node -> node.name().ifPresent(name -> changed.put(node.id(), name)));
        names = changed;
    }

    /** {@code host 2 (beta)}, or {@code host 2} where it has no name. */
    String text(int id) {
        return text(id, name(id));
    }

    static String text(int id, String name) {
        return "host " + id + (name.isEmpty() ? "" : " (" + name + ')');
    }

    /** The name, empty where there is none. */
    String name(int id) {
        return names.getOrDefault(id, "");
    }
}
