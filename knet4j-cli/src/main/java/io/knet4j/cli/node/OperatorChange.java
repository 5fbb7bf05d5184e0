package io.knet4j.cli.node;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.stream.Stream;

/** Something that was changed through the control socket. */
sealed interface OperatorChange {

    /** Lines that say what is different now. */
    List<String> text(HostNames names);

    /** The same as an event. */
    JsonObject json(HostNames names);

    /** A link was enabled or disabled. */
    record LinkEnabled(int host, int link, boolean enabled) implements OperatorChange {
        @Override
        public List<String> text(HostNames names) {
            return List.of(
                    linkText(names, host, link) + " was " + (enabled ? "enabled" : "disabled"));
        }

        @Override
        public JsonObject json(HostNames names) {
            return event(enabled ? "link-enabled" : "link-disabled", names, host, link);
        }
    }

    /** A link has another priority. */
    record LinkPriority(int host, int link, int before, int after) implements OperatorChange {
        @Override
        public List<String> text(HostNames names) {
            return List.of(
                    "the priority of "
                            + linkText(names, host, link)
                            + " was changed from "
                            + before
                            + " to "
                            + after);
        }

        @Override
        public JsonObject json(HostNames names) {
            JsonObject json = event("link-priority-changed", names, host, link);
            json.addProperty("before", before);
            json.addProperty("after", after);
            return json;
        }
    }

    /**
     * The configuration file was read again.
     *
     * @param changes what is different now; may be empty
     */
    record Reloaded(List<String> changes) implements OperatorChange {
        public Reloaded {
            changes = List.copyOf(changes);
        }

        @Override
        public List<String> text(HostNames names) {
            return changes.isEmpty()
                    ? List.of("the configuration was read again, and nothing has changed")
                    : Stream.concat(
                                    Stream.of(
                                            "the configuration was read again, "
                                                    + TextReporter.count(changes.size(), "change")),
                                    changes.stream().map(change -> "  " + change))
                            .toList();
        }

        @Override
        public JsonObject json(HostNames names) {
            JsonObject json = EventJson.object("reloaded");
            JsonArray lines = new JsonArray();
            changes.forEach(lines::add);
            json.add("changes", lines);
            return json;
        }
    }

    private static String linkText(HostNames names, int host, int link) {
        return "link " + link + " to " + names.text(host);
    }

    private static JsonObject event(String event, HostNames names, int host, int link) {
        JsonObject json = EventJson.object(event);
        json.addProperty("host", host);
        if (!names.name(host).isEmpty()) {
            json.addProperty("name", names.name(host));
        }
        json.addProperty("link", link);
        return json;
    }
}
