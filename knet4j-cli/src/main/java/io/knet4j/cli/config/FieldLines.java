package io.knet4j.cli.config;

import java.util.Map;
import java.util.TreeMap;

/**
 * Where the fields of a file are, for complaints that come up only when they are used.
 *
 * @param totem lines of the fields of the totem section by name
 * @param interfaces lines of the fields of the interface sections by link number and name
 */
public record FieldLines(
        Map<String, Integer> totem, Map<Integer, Map<String, Integer>> interfaces) {

    public FieldLines {
        totem = Map.copyOf(totem);
        var copies = new TreeMap<Integer, Map<String, Integer>>();
        interfaces.forEach((link, lines) -> copies.put(link, Map.copyOf(lines)));
        interfaces = Map.copyOf(copies);
    }

    /** Line of the last of these fields of the totem section that is there; 0 if none is. */
    public int ofTotem(String... fields) {
        int line = 0;
        for (String field : fields) {
            line = Math.max(line, totem.getOrDefault(field, 0));
        }
        return line;
    }

    /** Line of a field of a link's interface section; 0 if it is not there. */
    public int ofLink(int link, String field) {
        return interfaces.getOrDefault(link, Map.of()).getOrDefault(field, 0);
    }
}
