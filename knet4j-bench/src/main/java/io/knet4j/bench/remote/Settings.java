package io.knet4j.bench.remote;

import io.knet4j.CryptoConfig;
import io.knet4j.Knet;
import io.knet4j.SharedKey;
import io.knet4j.bench.node.BenchNode.Pings;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What both machines must agree on.
 *
 * @param key file with the shared key; null for clear text
 * @param cipher how to encrypt with the key
 * @param hash how to sign with it
 */
public record Settings(@Nullable Path key, String cipher, String hash) {
    static final int LISTENER = 1;
    static final int CONNECTOR = 2;
    static final int CONTROL_CHANNEL = 1;
    static final Pings PINGS = new Pings(Duration.ofMillis(100), Duration.ofSeconds(2), 2);

    Knet open(int id) {
        // Whoever has the key, or anybody without one, may measure; that is what listening is for.
        Knet.Builder builder = Knet.builder(id).accessLists(false);
        if (key == null) {
            return builder.open();
        }
        try (SharedKey secret = SharedKey.read(key)) {
            return builder.crypto(CryptoConfig.named("openssl", cipher, hash, secret).orElseThrow())
                    .open();
        }
    }

    @Override
    public String toString() {
        return key == null ? "clear text" : cipher + " and " + hash;
    }
}
