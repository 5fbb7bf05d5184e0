package io.knet4j.cli.config;

import java.nio.file.Path;

/**
 * What the file says about encryption; {@code secauth} is already worked in.
 *
 * @param model the C library that would do the work: {@code nss}, {@code openssl} or {@code
 *     gcrypt}; packets do not differ by it
 * @param cipher {@code none}, {@code aes128}, {@code aes192} or {@code aes256}
 * @param hash {@code none}, {@code md5}, {@code sha1}, {@code sha256}, {@code sha384} or {@code
 *     sha512}
 * @param key where the shared key comes from; meaningful only when {@link #requested}
 */
public record CryptoSettings(String model, String cipher, String hash, KeySource key) {

    static final String NONE = "none";

    /** Whether packets are to be authenticated, and perhaps encrypted. */
    public boolean requested() {
        return !hash.equals(NONE) || !cipher.equals(NONE);
    }

    /** Where the shared key comes from. */
    public sealed interface KeySource {

        /**
         * A file holding the key's bytes. A relative path in the configuration is taken from that
         * file's folder, so that a folder with both can be moved; corosync wants an absolute one.
         */
        record KeyFile(Path path) implements KeySource {}

        /** The key written into the configuration itself. */
        record InlineKey(String secret) implements KeySource {
            /** Leaves the secret out, so that a logged configuration gives nothing away. */
            @Override
            public String toString() {
                return "InlineKey[secret=(hidden)]";
            }
        }
    }
}
