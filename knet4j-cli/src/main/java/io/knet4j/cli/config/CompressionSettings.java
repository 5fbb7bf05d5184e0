package io.knet4j.cli.config;

/**
 * What the file says about compression.
 *
 * @param model {@code none} or the method's name
 * @param threshold messages of up to so many bytes go uncompressed, 1..65536; 100 unless told
 * @param level handed to the method as it is; 0 unless told
 */
public record CompressionSettings(String model, int threshold, int level) {

    static final String NONE = "none";

    /** Whether messages are to be compressed. */
    public boolean requested() {
        return !model.equals(NONE);
    }
}
