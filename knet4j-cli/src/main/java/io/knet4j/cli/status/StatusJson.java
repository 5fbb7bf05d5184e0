package io.knet4j.cli.status;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.knet4j.cli.CommandException;

/** {@link NodeStatus} as JSON, and back. */
public final class StatusJson {

    private static final Gson GSON =
            new GsonBuilder()
                    .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
                    .serializeNulls()
                    .disableHtmlEscaping()
                    .create();

    private StatusJson() {}

    public static JsonObject of(NodeStatus status) {
        return GSON.toJsonTree(status).getAsJsonObject();
    }

    /** A single line. */
    public static String text(JsonElement json) {
        return GSON.toJson(json);
    }

    /**
     * Understands what a node told.
     *
     * @throws CommandException if the node is of another version, so that fields are missing
     */
    static NodeStatus parse(JsonElement json) throws CommandException {
        try {
            return GSON.fromJson(json, NodeStatus.class);
        } catch (RuntimeException e) {
            throw CommandException.failed(
                    "the node has another version of knet, whose status is not understood here;"
                            + " --json shows it",
                    e);
        }
    }
}
