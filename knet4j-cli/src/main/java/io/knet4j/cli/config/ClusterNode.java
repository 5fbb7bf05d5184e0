package io.knet4j.cli.config;

import java.net.InetAddress;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A member of the cluster.
 *
 * @param id 1..65535
 * @param name its name, when the file gives one
 * @param addresses its address on each link it has, by link number
 */
public record ClusterNode(
        int id, Optional<String> name, SortedMap<Integer, InetAddress> addresses) {

    public ClusterNode {
        addresses = Collections.unmodifiableSortedMap(new TreeMap<>(addresses));
    }

    /** The name, or the id in digits where there is none. */
    public String displayName() {
        return name.orElseGet(() -> Integer.toString(id));
    }
}
