package io.knet4j.cli.config;

import io.knet4j.ConfigurationException;
import io.knet4j.SharedKey;
import io.knet4j.cli.config.CryptoSettings.KeySource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

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

    private static final Set<PosixFilePermission> OWNER =
            PosixFilePermissions.fromString("rwx------");

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

    /** Says when others can read the configuration, and the key in it. */
    public static Optional<Problem> exposure(ClusterConfig config) {
        CryptoSettings crypto = config.crypto();
        if (!crypto.requested() || !(crypto.key() instanceof KeySource.InlineKey)) {
            return Optional.empty();
        }
        try {
            Set<PosixFilePermission> permissions =
                    Files.getPosixFilePermissions(Path.of(config.source()));
            if (OWNER.containsAll(permissions)) {
                return Optional.empty();
            }
            return Optional.of(
                    new Problem.Line(
                            config.source(),
                            config.lines().ofTotem("key"),
                            "field 'key': others may read it, since this file has permissions "
                                    + PosixFilePermissions.toString(permissions)
                                    + "; take them away (chmod 600), or use a keyfile"));
        } catch (IOException | UnsupportedOperationException | InvalidPathException e) {
            return Optional.empty(); // no file, or no such permissions here
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
