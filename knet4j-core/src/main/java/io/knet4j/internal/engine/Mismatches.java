package io.knet4j.internal.engine;

import io.knet4j.CryptoHash;
import io.knet4j.DropCause;
import io.knet4j.KnetEvent.CryptoMismatch;
import io.knet4j.internal.security.KeySlots;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what is wrong with datagrams that could not be opened, and tells it once per host and
 * cause. What a host that is up seems to send is not told: it would be forged or damaged.
 */
final class Mismatches {
    /** A closer look costs a signature per known hash, and must not be what a flood pays with. */
    private static final int LOOKS_PER_SECOND = 20;

    /** Finding the host that a datagram seems to come from takes a walk over all hosts. */
    private static final int WALKS_PER_SECOND = 500;

    private static final long SECOND = 1_000_000_000L;

    /** Pings, which is what a mismatched host sends, are shorter. */
    private static final int LONGEST_LOOKED_AT = 256;

    private final KeySlots keys;
    private final Hosts hosts;
    private final EngineOutput output;
    private long periodEnd = Long.MIN_VALUE;
    private int walks;
    private int looks;

    Mismatches(KeySlots keys, Hosts hosts, EngineOutput output) {
        this.keys = keys;
        this.hosts = hosts;
        this.output = output;
    }

    /** A datagram was refused by the slots. Returns what it looks like. */
    DropCause onRefused(
            long now, ByteBuffer memory, int offset, int length, InetSocketAddress source) {
        DropCause cause = keys.refusal();
        if (now >= periodEnd) {
            periodEnd = now + SECOND;
            walks = 0;
            looks = 0;
        }
        if (walks == WALKS_PER_SECOND) {
            return cause;
        }
        walks++;
        LinkState link = linkTo(source);
        if (link == null || link.monitor.connected() || looks == LOOKS_PER_SECOND) {
            return cause;
        }
        looks++;
        CryptoHash hash = null;
        if (cause == DropCause.NOT_AUTHENTIC && length <= LONGEST_LOOKED_AT) {
            hash = keys.signedWith(memory, offset, length);
            cause = hash == null ? cause : DropCause.OTHER_HASH;
        }
        tell(link, cause, finding(cause, hash));
        return cause;
    }

    /**
     * A ping came that is longer than pings are. Such a one is answered, as libknet does; but the
     * peer may sign its packets, and messages from it would arrive with the signature behind them.
     */
    void onLongPing(LinkState link, int extraBytes) {
        if (link.monitor.connected() || !keys.isEmpty()) {
            return;
        }
        for (CryptoHash hash : CryptoHash.values()) {
            if (hash.digestBytes() == extraBytes) {
                tell(
                        link,
                        DropCause.ENCRYPTED,
                        "it seems to sign with " + hash + ", and no crypto is configured here");
            }
        }
    }

    private void tell(LinkState link, DropCause cause, String finding) {
        if (link.host.mismatches.add(cause)) {
            output.publish(new CryptoMismatch(link.host.id, link.id, cause, finding));
        }
    }

    private @Nullable LinkState linkTo(InetSocketAddress source) {
        LinkState sameAddress = null;
        for (HostState host : hosts.all()) {
            LinkState link = host.linkFrom(source);
            if (link != null && link.path != null) {
                if (link.path.remote().getPort() == source.getPort()) {
                    return link;
                }
                sameAddress = link;
            }
        }
        return sameAddress;
    }

    private static String finding(DropCause cause, @Nullable CryptoHash hash) {
        return switch (cause) {
            case CLEAR_TRAFFIC -> "it sends clear packets, which are refused here";
            case ENCRYPTED -> "it seems to encrypt, and no crypto is configured here";
            case OTHER_HASH -> "it signs with a key of ours, but with the hash " + hash;
            case OTHER_CIPHER -> "it has key and hash of ours, but seems to use another cipher";
            default -> "it seems to use another key, or another key and hash";
        };
    }

    /** What was told may be told again. */
    void reset() {
        for (HostState host : hosts.all()) {
            host.mismatches.clear();
        }
    }
}
