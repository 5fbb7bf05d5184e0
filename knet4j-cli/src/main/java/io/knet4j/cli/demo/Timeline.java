package io.knet4j.cli.demo;

import com.google.gson.JsonObject;
import io.knet4j.cli.Millis;
import io.knet4j.cli.Terminal;
import java.util.Locale;

/** Tells what happens while it happens, each step in one line: text, or JSON. */
final class Timeline {

    private final Terminal terminal;
    private final boolean json;

    Timeline(Terminal terminal, boolean json) {
        this.terminal = terminal;
        this.json = json;
    }

    /** A line of explanation, for people only. */
    void say(String text) {
        if (!json) {
            terminal.outLine(text);
        }
    }

    /**
     * A step.
     *
     * @param micros time since the phase began
     * @param text for people
     * @param details for programs; gets the time
     */
    void step(long micros, String text, JsonObject details) {
        if (json) {
            details.addProperty("at_ms", Millis.ofMicros(micros));
            terminal.outLine(details.toString());
        } else {
            terminal.outLine(
                    String.format(Locale.ROOT, "%7d ms  %s", Math.round(micros / 1e3), text));
        }
    }

    static JsonObject event(String name) {
        JsonObject details = new JsonObject();
        details.addProperty("event", name);
        return details;
    }
}
