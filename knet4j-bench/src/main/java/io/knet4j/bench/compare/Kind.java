package io.knet4j.bench.compare;

import io.knet4j.CompressionMethod;
import io.knet4j.ConfigurationException;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoHash;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happens to messages on their way: nothing, {@linkplain Protected encryption and signing}, or
 * {@linkplain Compressed compression}.
 */
public sealed interface Kind {
    /** What a kind may be called. */
    String ALLOWED =
            "plain, a cipher and a hash such as aes256+sha256, a method of compression such as"
                    + " zstd, or suites for every cipher with every hash";

    /** {@return how it is called} */
    String name();

    /** Messages travel as they are. */
    record Plain() implements Kind {
        @Override
        public String name() {
            return "plain";
        }
    }

    /**
     * Messages are encrypted and signed.
     *
     * @param cipher by knet4j's name
     * @param hash by its name
     */
    record Protected(String cipher, String hash) implements Kind {
        @Override
        public String name() {
            return cipher + '+' + hash;
        }
    }

    /**
     * Messages are compressed, at the level that is knet4j's default.
     *
     * @param method by its name
     * @param level of compression
     */
    record Compressed(String method, int level) implements Kind {
        @Override
        public String name() {
            return method;
        }
    }

    /**
     * Understands a name.
     *
     * @return the kinds it stands for; empty when it is not allowed
     */
    static List<Kind> named(String name) {
        if (name.equals("plain")) {
            return List.of(new Plain());
        }
        if (name.equals("suites")) {
            return suites();
        }
        try {
            int plus = name.indexOf('+');
            Kind kind =
                    plus < 0
                            ? compressed(CompressionMethod.named(name))
                            : suite(
                                    CryptoCipher.named(name.substring(0, plus)),
                                    CryptoHash.named(name.substring(plus + 1)));
            return kind == null ? List.of() : List.of(kind);
        } catch (ConfigurationException _) {
            return List.of();
        }
    }

    private static @Nullable Kind compressed(CompressionMethod method) {
        return method == CompressionMethod.NONE
                ? null
                : new Compressed(method.methodName(), method.defaultLevel());
    }

    private static Kind suite(CryptoCipher cipher, CryptoHash hash) {
        return new Protected(cipher.cipherName(), hash.toString());
    }

    private static List<Kind> suites() {
        List<Kind> all = new ArrayList<>();
        for (CryptoCipher cipher : CryptoCipher.values()) {
            for (CryptoHash hash : CryptoHash.values()) {
                all.add(suite(cipher, hash));
            }
        }
        return all;
    }
}
