package io.knet4j.cli.node;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** The bytes of a message as text. */
final class MessageText {

    private MessageText() {}

    /** The text, empty if the bytes are not UTF-8. */
    static Optional<String> utf8(byte[] bytes) {
        try {
            return Optional.of(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException _) {
            return Optional.empty();
        }
    }

    /**
     * The text with everything that could do more to a terminal than show a character as {@code
     * \xNN}: control characters except tabs, and bytes above 127 that are not UTF-8.
     */
    static String printable(byte[] bytes) {
        Optional<String> text = utf8(bytes);
        StringBuilder out = new StringBuilder(bytes.length);
        if (text.isPresent()) {
            text.get()
                    .codePoints()
                    .forEach(c -> {
                        if (Character.isISOControl(c) && c != '\t') {
                            escape(out, c);
                        } else {
                            out.appendCodePoint(c);
                        }
                    });
        } else {
            for (byte b : bytes) {
                int c = Byte.toUnsignedInt(b);
                if ((c < 0x7f && !Character.isISOControl(c)) || c == '\t') {
                    out.append((char) c);
                } else {
                    escape(out, c);
                }
            }
        }
        return out.toString();
    }

    private static void escape(StringBuilder out, int c) {
        out.append(String.format(Locale.ROOT, "\\x%02x", c));
    }
}
