package io.knet4j.cli.config;

import io.knet4j.ConfigurationException;
import io.knet4j.SharedKey;
import io.knet4j.cli.config.CryptoSettings.KeySource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** Gets the shared key from where a configuration says it is. */
public final class ClusterKey {

    /**
     * corosync counts the byte 0 that ends a text in C as part of a key from the configuration: its
     * packets tell so.
     */
    private static final int END_OF_TEXT = 1;

    /** Shortest {@code key} in bytes. */
    static final int MIN_INLINE = SharedKey.MIN_BYTES - END_OF_TEXT;

    /** Longest {@code key} in bytes. */
    static final int MAX_INLINE = SharedKey.MAX_BYTES - END_OF_TEXT;

    private ClusterKey() {}

    /**
     * The key, which the caller closes.
     *
     * @throws ConfigException if there is no key, or it cannot be used; names the line, and nothing
     *     of the key
     */
    public static SharedKey read(ClusterConfig config) throws ConfigException {
        return switch (config.crypto().key()) {
            case KeySource.InlineKey inline -> inline(inline.secret());
            case KeySource.KeyFile file -> file(config, file.path());
        };
    }

    /**
     * The text itself cannot be overwritten: it is a String, like all of the configuration, and
     * goes with the garbage collector. Who minds uses a key file.
     */
    private static SharedKey inline(String secret) {
        byte[] text = secret.getBytes(StandardCharsets.UTF_8);
        byte[] key = Arrays.copyOf(text, text.length + END_OF_TEXT);
        try {
            return SharedKey.of(key);
        } finally {
            Arrays.fill(text, (byte) 0);
            Arrays.fill(key, (byte) 0);
        }
    }

    private static SharedKey file(ClusterConfig config, Path file) throws ConfigException {
        try {
            return SharedKey.read(file);
        } catch (ConfigurationException e) {
            int line = config.lines().ofTotem("keyfile");
            String field =
                    line == 0
                            ? "field 'keyfile' is missing, and the default cannot be used: "
                            : "field 'keyfile': ";
            throw new ConfigException(
                    new Problem.Line(
                            config.source(),
                            line == 0
                                    ? config.lines()
                                            .ofTotem("crypto_cipher", "crypto_hash", "secauth")
                                    : line,
                            field + Quote.line(String.valueOf(e.getMessage()))));
        }
    }
}
