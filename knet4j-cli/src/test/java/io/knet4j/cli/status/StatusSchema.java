package io.knet4j.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The fields that programs rely on: those of {@code status-schema.txt}. */
final class StatusSchema {

    private StatusSchema() {}

    /** Each path of the schema with its type. */
    static Map<String, String> expected() throws IOException {
        Map<String, String> types = new TreeMap<>();
        try (InputStream file = StatusSchema.class.getResourceAsStream("status-schema.txt")) {
            new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .forEach(line -> {
                        String[] words = line.split(" ", 2);
                        types.put(words[0], words[1]);
                    });
        }
        return types;
    }

    /** Every field that is there has the type that it should. */
    static void assertFits(JsonObject status) throws IOException {
        Map<String, String> expected = expected();
        Map<String, Set<String>> found = of(status);
        found.forEach((path, types) -> {
            assertThat(expected).containsKey(path);
            assertThat(expected.get(path).split(" or ")).as(path).containsAll(types);
        });
        assertThat(found.keySet())
                .as("fields that are always there")
                .containsAll(
                        expected.keySet().stream()
                                .filter(path -> !path.contains("[") && !path.contains("*"))
                                .filter(path -> !path.startsWith("node.compression."))
                                .filter(path -> !path.startsWith("node.flap_control."))
                                .toList());
    }

    /** Paths and types. */
    static Map<String, Set<String>> of(JsonObject json) {
        Map<String, Set<String>> types = new TreeMap<>();
        collect("", json, types);
        types.remove("");
        return types;
    }

    private static void collect(String path, JsonElement element, Map<String, Set<String>> types) {
        types.computeIfAbsent(path, _ -> new TreeSet<>()).add(type(element));
        if (element.isJsonObject()) {
            boolean counts = path.endsWith("messages_not_sent") || path.endsWith("drops");
            element.getAsJsonObject()
                    .asMap()
                    .forEach((name, value) ->
                            collect(
                                    (path.isEmpty() ? "" : path + '.') + (counts ? "*" : name),
                                    value,
                                    types));
        } else if (element.isJsonArray()) {
            element.getAsJsonArray().forEach(value -> collect(path + "[]", value, types));
        }
    }

    private static String type(JsonElement element) {
        if (element.isJsonNull()) {
            return "null";
        }
        if (!element.isJsonPrimitive()) {
            return element.isJsonArray() ? "array" : "object";
        }
        return element.getAsJsonPrimitive().isNumber()
                ? "number"
                : element.getAsJsonPrimitive().isBoolean() ? "boolean" : "text";
    }
}
