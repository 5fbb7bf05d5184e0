package io.knet4j.cli.config;

import java.util.OptionalInt;

/**
 * What the file says about compression.
 *
 * @param model {@code none} or the method's name
 * @param threshold messages of up to so many bytes go uncompressed, 1..65536; 100 unless told
 * @param level one that the method takes; the method's own default unless told
 */
public record CompressionSettings(String model, int threshold, OptionalInt level) {

    static final String NONE = "none";

    /** Whether messages are to be compressed. */
    public boolean requested() {
        return !model.equals(NONE);
    }
}
