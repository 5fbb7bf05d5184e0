package io.knet4j.cli.control;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.knet4j.Knet;
import io.knet4j.cli.CommandException;
import java.math.BigDecimal;
import java.util.function.Predicate;

/** What a node is asked to do; the package describes the form. */
public sealed interface ControlRequest {

    /** Highest priority of a link. */
    int MAX_PRIORITY = 255;

    /** Tell who you are. */
    record Hello() implements ControlRequest {}

    /** Tell everything. */
    record Status() implements ControlRequest {}

    /**
     * Enable or disable a link.
     *
     * @param host id or name
     */
    record SetEnabled(String host, int link, boolean enabled) implements ControlRequest {}

    /**
     * Change the priority of a link.
     *
     * @param host id or name
     */
    record SetPriority(String host, int link, int priority) implements ControlRequest {}

    /**
     * Read the configuration file again.
     *
     * @param dryRun only tell what would change
     * @param prepareKey do not send with a changed key yet
     */
    record Reload(boolean dryRun, boolean prepareKey) implements ControlRequest {}

    /** The object that goes over the socket. */
    default JsonObject toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("knet", ControlProtocol.VERSION);
        switch (this) {
            case Hello _ -> json.addProperty("do", "hello");
            case Status _ -> json.addProperty("do", "status");
            case SetEnabled r -> {
                json.addProperty("do", r.enabled ? "link-enable" : "link-disable");
                json.addProperty("host", r.host);
                json.addProperty("link", r.link);
            }
            case SetPriority r -> {
                json.addProperty("do", "link-priority");
                json.addProperty("host", r.host);
                json.addProperty("link", r.link);
                json.addProperty("priority", r.priority);
            }
            case Reload r -> {
                json.addProperty("do", "reload");
                json.addProperty("dry_run", r.dryRun);
                json.addProperty("prepare_key", r.prepareKey);
            }
        }
        return json;
    }

    /**
     * Understands a request.
     *
     * @throws CommandException naming the field, its value and what is allowed
     */
    static ControlRequest of(JsonObject json) throws CommandException {
        number(json, "knet", ControlProtocol.VERSION, ControlProtocol.VERSION);
        String what =
                text(
                        json,
                        "do",
                        "hello, status, link-enable, link-disable, link-priority, reload",
                        _ -> true);
        return switch (what) {
            case "hello" -> new Hello();
            case "status" -> new Status();
            case "link-enable" -> new SetEnabled(host(json), link(json), true);
            case "link-disable" -> new SetEnabled(host(json), link(json), false);
            case "link-priority" ->
                    new SetPriority(
                            host(json), link(json), number(json, "priority", 0, MAX_PRIORITY));
            case "reload" -> new Reload(flag(json, "dry_run"), flag(json, "prepare_key"));
            default ->
                    throw refused(
                            json,
                            "do",
                            "hello, status, link-enable, link-disable, link-priority, reload");
        };
    }

    private static String host(JsonObject json) throws CommandException {
        return text(json, "host", "the id or the name of a host", text -> !text.isEmpty());
    }

    private static int link(JsonObject json) throws CommandException {
        return number(json, "link", 0, Knet.MAX_LINKS - 1);
    }

    private static String text(
            JsonObject json, String field, String allowed, Predicate<String> accepted)
            throws CommandException {
        JsonElement value = json.get(field);
        if (value == null || !value.isJsonPrimitive() || !accepted.test(value.getAsString())) {
            throw refused(json, field, allowed);
        }
        return value.getAsString();
    }

    private static int number(JsonObject json, String field, int min, int max)
            throws CommandException {
        String allowed = min == max ? Integer.toString(min) : min + " to " + max;
        JsonElement value = json.get(field);
        if (value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber()) {
            BigDecimal number = ControlProtocol.smallNumber(value);
            if (number.compareTo(BigDecimal.valueOf(min)) >= 0
                    && number.compareTo(BigDecimal.valueOf(max)) <= 0
                    && number.stripTrailingZeros().scale() <= 0) {
                return number.intValueExact();
            }
        }
        throw refused(json, field, allowed);
    }

    private static boolean flag(JsonObject json, String field) throws CommandException {
        JsonElement value = json.get(field);
        if (value == null) {
            return false;
        }
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isBoolean()) {
            throw refused(json, field, "true, false");
        }
        return value.getAsBoolean();
    }

    private static CommandException refused(JsonObject json, String field, String allowed) {
        JsonElement value = json.get(field);
        return CommandException.usage(
                value == null
                        ? field + " is missing; allowed: " + allowed
                        : field
                                + ": value "
                                + ControlProtocol.quote(value.toString())
                                + " is not allowed; allowed: "
                                + allowed);
    }
}
