package io.knet4j.internal.engine;

import java.util.Collection;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The configured hosts, by id. */
final class Hosts {
    private TreeMap<Integer, HostState> ordered = new TreeMap<>();
    private IdTable<HostState> byId = IdTable.empty();

    @Nullable HostState get(int id) {
        return byId.get(id);
    }

    Collection<HostState> all() {
        return ordered.values();
    }

    /** What the hosts speak. */
    Iterable<OnWireVersions.Spoken> versions() {
        return ordered.values().stream().map(host -> host.version).toList();
    }

    void add(HostState host) {
        ordered.put(host.id, host);
        byId = byId.with(host.id, host);
    }

    void remove(HostState host) {
        host.removed = true;
        ordered.remove(host.id);
        byId = byId.with(host.id, null);
    }

    void replace(HostTable table) {
        ordered = table.ordered;
        byId = table.byId;
    }
}
