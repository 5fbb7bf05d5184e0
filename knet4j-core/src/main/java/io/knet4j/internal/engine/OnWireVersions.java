package io.knet4j.internal.engine;

import io.knet4j.OnWireVersion;
import io.knet4j.internal.onwire.Packets;

/**
 * The packet format versions that this node understands and the one that it sends: the highest that
 * all known hosts support, once all were heard.
 */
final class OnWireVersions {
    private final int min;
    private final int max;
    private int current;
    private int forced;

    OnWireVersions() {
        this(Packets.VERSION, Packets.VERSION);
    }

    OnWireVersions(int min, int max) {
        this.min = min;
        this.max = max;
        current = min;
    }

    /** What one host speaks; 0 before its first ping. */
    static final class Spoken {
        private int current;
        private int max;

        int current() {
            return current;
        }

        int max() {
            return max;
        }
    }

    /**
     * Whether a packet of this version, from a host that supports up to {@code hostMax}, is
     * accepted.
     */
    boolean accepts(int version, int hostMax) {
        boolean unknown = version < min || version > max || hostMax < min;
        boolean downgraded = forced == 0 && version < current && hostMax > version;
        return !unknown && !downgraded;
    }

    /**
     * Notes what a host's ping says. Returns whether that is new, so that {@link #negotiate} may
     * come to another version.
     */
    boolean onPing(Spoken host, int version, int hostMax) {
        boolean changed = host.current != version || host.max != hostMax;
        host.current = version;
        host.max = hostMax;
        return changed;
    }

    /** Chooses the version to send. Returns whether it changed. */
    boolean negotiate(Iterable<Spoken> allHosts) {
        int candidate = max;
        for (Spoken other : allHosts) {
            if (other.max == 0) {
                return false;
            }
            if (other.max >= min) {
                candidate = Math.min(candidate, other.max);
            }
        }
        if (forced != 0) {
            candidate = forced;
        }
        boolean changed = candidate != current;
        current = candidate;
        return changed;
    }

    /** 0 goes back to negotiation. */
    void force(int version) {
        forced = version;
    }

    /** What {@link #force} was told; 0 for negotiation. */
    int forced() {
        return forced;
    }

    boolean supports(int version) {
        return version >= min && version <= max;
    }

    int current() {
        return current;
    }

    OnWireVersion snapshot() {
        return new OnWireVersion(min, max, current);
    }
}
