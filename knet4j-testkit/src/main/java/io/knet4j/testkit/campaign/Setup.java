package io.knet4j.testkit.campaign;

import io.knet4j.CompressionMethod;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoHash;
import io.knet4j.FlapControl;
import io.knet4j.LinkPolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The cluster of a run.
 *
 * @param promise what is demanded of it beside what always holds
 * @param pingMillis interval of pings
 * @param timeoutMillis ping timeout
 * @param payload largest UDP payload that every path takes when nothing harms it
 * @param hash of its crypto; null for none
 */
record Setup(
        Promise promise,
        int hosts,
        int links,
        LinkPolicy policy,
        int pingMillis,
        int timeoutMillis,
        int pongCount,
        int payload,
        CryptoCipher cipher,
        @Nullable CryptoHash hash,
        CompressionMethod compression,
        FlapControl flapControl) {

    /** What a cluster promises because of what is not done to it. */
    enum Promise {
        /** Anything may happen to it. */
        NONE,
        /** Nobody touches link 0, which carries every message: none is lost. */
        NOTHING_LOST,
        /** There is one link, which keeps the order: no message overtakes another. */
        ORDER
    }

    boolean encrypted() {
        return hash != null;
    }

    Setup withHosts(int value) {
        return with(value, links, cipher, hash, compression, flapControl);
    }

    Setup withLinks(int value) {
        return with(hosts, value, cipher, hash, compression, flapControl);
    }

    Setup withoutCrypto() {
        return with(hosts, links, CryptoCipher.NONE, null, compression, flapControl);
    }

    Setup withoutCompression() {
        return with(hosts, links, cipher, hash, CompressionMethod.NONE, flapControl);
    }

    Setup withoutFlapControl() {
        return with(hosts, links, cipher, hash, compression, FlapControl.OFF);
    }

    private Setup with(
            int otherHosts,
            int otherLinks,
            CryptoCipher otherCipher,
            @Nullable CryptoHash otherHash,
            CompressionMethod otherCompression,
            FlapControl otherFlapControl) {
        return new Setup(
                promise,
                otherHosts,
                otherLinks,
                policy,
                pingMillis,
                timeoutMillis,
                pongCount,
                payload,
                otherCipher,
                otherHash,
                otherCompression,
                otherFlapControl);
    }

    /** How long it takes until pings have shown everything that has changed. */
    Duration settling() {
        return Duration.ofMillis(200 + 8L * pingMillis + 2L * timeoutMillis);
    }

    @Override
    public String toString() {
        return hosts
                + " hosts, "
                + links
                + (links == 1 ? " link, " : " links, ")
                + policy
                + ", ping "
                + pingMillis
                + "/"
                + timeoutMillis
                + " ms, pong count "
                + pongCount
                + ", packets of up to "
                + payload
                + " bytes, "
                + (hash == null ? "no crypto" : cipher.cipherName() + "/" + hash.hashName())
                + ", "
                + (compression == CompressionMethod.NONE
                        ? "no compression"
                        : compression.methodName())
                + (flapControl.equals(FlapControl.OFF) ? "" : ", " + flapControl)
                + (promise == Promise.NONE ? "" : ", promise: " + promise);
    }
}
