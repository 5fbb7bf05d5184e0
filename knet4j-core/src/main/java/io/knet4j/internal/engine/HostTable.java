package io.knet4j.internal.engine;

import java.util.Collection;
import java.util.TreeMap;

/** The hosts that will be configured, in the shape in which {@link Hosts} can take them over. */
public final class HostTable {
    final TreeMap<Integer, HostState> ordered = new TreeMap<>();
    final IdTable<HostState> byId;

    /** Takes hosts with different ids. */
    public HostTable(Collection<HostState> hosts) {
        IdTable<HostState> table = IdTable.empty();
        for (HostState host : hosts) {
            ordered.put(host.id, host);
            table = table.with(host.id, host);
        }
        byId = table;
    }
}
