package io.knet4j.cli.control;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import io.knet4j.cli.CommandException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The form of requests and answers, and their limits; the package describes them. */
final class ControlProtocol {

    static final int VERSION = 1;

    /** Longest request. */
    static final int MAX_REQUEST_BYTES = 16_384;

    /** Longest answer: thousands of hosts fit. */
    static final int MAX_ANSWER_BYTES = 64 << 20;

    /** How long a client may take to send its request, and again to take the answer. */
    static final Duration CLIENT_LIMIT = Duration.ofSeconds(5);

    private static final int CHUNK = 8_192;
    private static final int QUOTE = 80;
    private static final int DIGITS = 30;
    private static final int MAX_EXIT_CODE = 255;
    private static final String NOT_UNDERSTOOD = "the node answers what is not understood here";

    private static final Gson GSON =
            new GsonBuilder()
                    .setStrictness(Strictness.STRICT)
                    .serializeNulls()
                    .disableHtmlEscaping()
                    .create();

    private ControlProtocol() {}

    /**
     * Reads a line.
     *
     * @param limit longest line in bytes
     * @return the line without its line feed, which may be missing at the end of the stream; empty
     *     if there is nothing at all
     * @throws LineTooLongException if the line is longer
     */
    static byte[] readLine(SocketChannel channel, int limit) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        while (channel.read(chunk.clear()) >= 0) {
            int length = chunk.position();
            int end = indexOfLineFeed(chunk.array(), length);
            line.write(chunk.array(), 0, end);
            if (line.size() > limit) {
                throw new LineTooLongException();
            }
            if (end < length) {
                break;
            }
        }
        return line.toByteArray();
    }

    /** There is no end to a line. */
    static final class LineTooLongException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private static int indexOfLineFeed(byte[] bytes, int length) {
        int i = 0;
        while (i < length && bytes[i] != '\n') {
            i++;
        }
        return i;
    }

    static void writeLine(SocketChannel channel, JsonObject json) throws IOException {
        byte[] text = GSON.toJson(json).getBytes(StandardCharsets.UTF_8);
        ByteBuffer line = ByteBuffer.wrap(Arrays.copyOf(text, text.length + 1));
        line.put(text.length, (byte) '\n');
        while (line.hasRemaining()) {
            channel.write(line);
        }
    }

    /**
     * Understands a line.
     *
     * @throws CommandException if it is no JSON object
     */
    static JsonObject parse(byte[] line) throws CommandException {
        String text = new String(line, StandardCharsets.UTF_8);
        try {
            JsonObject json = GSON.fromJson(text, JsonObject.class);
            if (json != null) {
                return json;
            }
        } catch (JsonParseException _) {
            // told below
        }
        throw CommandException.usage("'" + quote(text) + "' is no JSON object on a single line");
    }

    /** A number that is not monstrous to compute with; what is too long for that becomes -1. */
    static BigDecimal smallNumber(JsonElement value) {
        String digits = value.getAsString();
        return digits.length() > DIGITS || digits.indexOf('e') >= 0 || digits.indexOf('E') >= 0
                ? BigDecimal.ONE.negate()
                : value.getAsBigDecimal();
    }

    /** The begin of a text, without characters that could do harm to a terminal. */
    static String quote(String text) {
        StringBuilder quote = new StringBuilder();
        text.codePoints()
                .limit(QUOTE)
                .forEach(c -> quote.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        return text.codePointCount(0, text.length()) > QUOTE ? quote + "..." : quote.toString();
    }

    /** The answer that all went well; what was asked for is added to it. */
    static JsonObject ok(JsonObject content) {
        JsonObject json = new JsonObject();
        json.addProperty("knet", VERSION);
        json.addProperty("ok", true);
        content.asMap().forEach(json::add);
        return json;
    }

    static JsonObject error(CommandException e) {
        JsonObject json = new JsonObject();
        json.addProperty("knet", VERSION);
        json.addProperty("ok", false);
        json.addProperty("exit_code", e.exitCode());
        JsonArray errors = new JsonArray();
        e.lines().forEach(errors::add);
        json.add("errors", errors);
        return json;
    }

    /** The exception that an answer tells of. */
    static CommandException errorOf(JsonObject answer) {
        List<String> errors = lines(answer.get("errors"));
        JsonElement exitCode = answer.get("exit_code");
        if (errors.isEmpty() || exitCode == null || !exitCode.isJsonPrimitive()) {
            return CommandException.failed(NOT_UNDERSTOOD);
        }
        try {
            int code = smallNumber(exitCode).intValueExact();
            if (code > 0 && code <= MAX_EXIT_CODE) {
                return CommandException.of(code, errors);
            }
        } catch (NumberFormatException | ArithmeticException _) {
            // told below
        }
        return CommandException.failed(NOT_UNDERSTOOD);
    }

    /** What is in an array of texts; empty if it is none. */
    static List<String> lines(@Nullable JsonElement array) {
        return array == null
                        || !array.isJsonArray()
                        || !array.getAsJsonArray().asList().stream()
                                .allMatch(JsonElement::isJsonPrimitive)
                ? List.of()
                : array.getAsJsonArray().asList().stream().map(JsonElement::getAsString).toList();
    }
}
