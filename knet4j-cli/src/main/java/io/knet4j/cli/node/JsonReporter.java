package io.knet4j.cli.node;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.knet4j.CompressionMethod;
import io.knet4j.CryptoStatus;
import io.knet4j.KnetEvent;
import io.knet4j.Message;
import io.knet4j.cli.Terminal;
import java.util.Base64;

/** Everything as JSON lines on standard output. */
final class JsonReporter implements NodeReporter {

    private final Terminal terminal;
    private final HostNames names;
    private final EventJson events;

    JsonReporter(Terminal terminal, HostNames names) {
        this.terminal = terminal;
        this.names = names;
        events = new EventJson(names);
    }

    @Override
    public void started(int node, int hosts, int links, Protection protection) {
        JsonObject json = EventJson.object("node-started");
        json.addProperty("node", node);
        if (!names.name(node).isEmpty()) {
            json.addProperty("name", names.name(node));
        }
        json.addProperty("hosts", hosts);
        json.addProperty("links", links);
        json.add(
                "crypto",
                protection
                        .crypto()
                        .<JsonElement>map(JsonReporter::crypto)
                        .orElse(JsonNull.INSTANCE));
        json.add("compression", compression(protection));
        print(json);
    }

    private static JsonObject crypto(CryptoStatus.Slot slot) {
        JsonObject json = new JsonObject();
        json.addProperty("cipher", slot.cipher().cipherName());
        json.addProperty("hash", slot.hash().hashName());
        json.addProperty("key_bytes", slot.keyBytes());
        return json;
    }

    private static JsonElement compression(Protection protection) {
        if (protection.compression().method() == CompressionMethod.NONE) {
            return JsonNull.INSTANCE;
        }
        JsonObject json = new JsonObject();
        json.addProperty("method", protection.compression().method().methodName());
        json.addProperty("level", protection.level());
        json.addProperty("threshold", protection.compression().threshold());
        return json;
    }

    @Override
    public void message(Message message) {
        byte[] payload = message.toByteArray();
        JsonObject json = EventJson.object("message");
        json.addProperty("from", message.source());
        json.addProperty("channel", message.channel());
        json.addProperty("size", payload.length);
        MessageText.utf8(payload)
                .ifPresentOrElse(
                        text -> json.addProperty("text", text),
                        () ->
                                json.addProperty(
                                        "base64", Base64.getEncoder().encodeToString(payload)));
        print(json);
    }

    @Override
    public void event(KnetEvent event) {
        print(events.of(event));
    }

    @Override
    public void changed(OperatorChange change) {
        print(change.json(names));
    }

    @Override
    public void skipped(long line, String reason) {
        JsonObject json = EventJson.object("line-skipped");
        json.addProperty("line", line);
        json.addProperty("reason", reason);
        print(json);
    }

    @Override
    public void inputWasEmpty() {
        print(EventJson.object("input-empty"));
        terminal.error(TextReporter.EMPTY_INPUT);
    }

    @Override
    public void notSent(long messages, String reason) {
        JsonObject json = EventJson.object("not-sent");
        json.addProperty("messages", messages);
        json.addProperty("reason", reason);
        print(json);
        // Whoever reads only the messages from standard output should see this, too.
        terminal.error(TextReporter.count(messages, "message") + " not sent: " + reason);
    }

    private void print(JsonObject json) {
        terminal.outLine(json.toString());
    }
}
