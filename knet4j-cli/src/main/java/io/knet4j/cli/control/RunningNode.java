package io.knet4j.cli.control;

import com.google.gson.JsonObject;
import java.nio.file.Path;

/**
 * A node that answers.
 *
 * @param name empty if it has none
 * @param cluster empty if it has no name
 */
public record RunningNode(Path socket, int id, String name, String cluster, long pid) {

    /** What a node tells of itself. */
    static RunningNode of(Path socket, JsonObject hello) {
        JsonObject node = hello.getAsJsonObject("node");
        return new RunningNode(
                socket,
                node.get("id").getAsInt(),
                text(node, "name"),
                text(node, "cluster"),
                node.get("pid").getAsLong());
    }

    private static String text(JsonObject json, String field) {
        return json.get(field) == null || json.get(field).isJsonNull()
                ? ""
                : json.get(field).getAsString();
    }

    /** Whether somebody who writes this means this node. */
    boolean isCalled(String idOrName) {
        return idOrName.equals(Integer.toString(id)) || (!name.isEmpty() && idOrName.equals(name));
    }

    @Override
    public String toString() {
        return "node "
                + id
                + (name.isEmpty() ? "" : " (" + name + ')')
                + (cluster.isEmpty() ? "" : " of cluster " + cluster)
                + ", process "
                + pid
                + ", socket "
                + socket;
    }
}
