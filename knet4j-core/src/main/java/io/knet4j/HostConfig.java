package io.knet4j;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Configuration of a host and its links, as part of a {@link NodeConfig}.
 *
 * @param name 1 to 255 bytes in UTF-8, unique in the node
 * @param policy which of the links carry messages; default {@link LinkPolicy#PASSIVE}
 * @param links the links by their ids, 0 to 7; a loopback link must be the only one
 */
public record HostConfig(String name, LinkPolicy policy, SortedMap<Integer, LinkConfig> links) {
    private static final int MAX_NAME_BYTES = 255;

    /**
     * Checks every value and copies the map.
     *
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT}, naming the field, the value
     *     and what is allowed
     */
    public HostConfig {
        Checks.notNull("name", name);
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > MAX_NAME_BYTES) {
            throw ConfigurationException.invalid(
                    "host name", '\'' + name + '\'', "1 to " + MAX_NAME_BYTES + " bytes");
        }
        String host = "host " + name + ": ";
        Checks.notNull(host + "policy", policy);
        links = Checks.copy(host + "links", links);
        boolean loopback = false;
        for (Map.Entry<Integer, LinkConfig> link : links.entrySet()) {
            Checks.range(host + "link id", link.getKey(), 0, Knet.MAX_LINKS - 1);
            loopback |= link.getValue().transport() == LinkConfig.Transport.LOOPBACK;
        }
        if (loopback && links.size() > 1) {
            throw ConfigurationException.invalid(
                    host + "transport",
                    "a loopback link beside another link",
                    "a loopback link alone");
        }
    }

    /**
     * A host without links, with the default policy.
     *
     * @param name 1 to 255 bytes in UTF-8
     * @return the configuration
     */
    public static HostConfig named(String name) {
        return new HostConfig(name, LinkPolicy.PASSIVE, Collections.emptySortedMap());
    }

    /**
     * The same under another name.
     *
     * @param value 1 to 255 bytes in UTF-8
     * @return the changed configuration
     */
    public HostConfig withName(String value) {
        return new HostConfig(value, policy, links);
    }

    /**
     * The same with another policy.
     *
     * @param value which of the links carry messages
     * @return the changed configuration
     */
    public HostConfig withPolicy(LinkPolicy value) {
        return new HostConfig(name, value, links);
    }

    /**
     * The same with another link, or a link changed.
     *
     * @param id 0 to 7
     * @param config takes the place of the link with this id, if there is one
     * @return the changed configuration
     */
    public HostConfig withLink(int id, LinkConfig config) {
        SortedMap<Integer, LinkConfig> changed = new TreeMap<>(links);
        changed.put(id, config);
        return new HostConfig(name, policy, changed);
    }

    /**
     * The same without a link.
     *
     * @param id any number
     * @return the changed configuration
     */
    public HostConfig withoutLink(int id) {
        SortedMap<Integer, LinkConfig> changed = new TreeMap<>(links);
        changed.remove(id);
        return new HostConfig(name, policy, changed);
    }
}
