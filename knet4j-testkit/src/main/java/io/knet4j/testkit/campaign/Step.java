package io.knet4j.testkit.campaign;

import io.knet4j.CompressionMethod;
import io.knet4j.LinkPolicy;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Something that happens to a cluster, as data. Hosts count from 1, links from 0. */
sealed interface Step {

    /** Whether a cluster of that size has the hosts and links that it is about. */
    boolean fits(int hosts, int links);

    /** What it counts as; empty for what harms nobody. */
    default Optional<Fault> fault() {
        return Optional.ofNullable(
                switch (this) {
                    case Talk talk -> talk.kind();
                    case Heal _, Loopback _, Roam _, Outrun _ -> null;
                    case Harm harm -> harm.kind;
                    case Pause pause -> pause.suspended ? Fault.SUSPENSION : Fault.PAUSE;
                    case Restart restart -> restart.crash ? Fault.CRASH : Fault.RESTART;
                    case Drift _ -> Fault.CLOCK_DRIFT;
                    case Rekey _ -> Fault.REKEY;
                    case Replay _ -> Fault.REPLAY;
                    case Garbage _ -> Fault.GARBAGE;
                    case Forge _ -> Fault.FORGERY;
                    case Narrow narrow -> narrow.local ? Fault.LOCAL_MTU : Fault.BLACK_HOLE;
                    case Isolate _ -> Fault.CUT;
                    case Stutter _ -> Fault.PAUSE;
                    case Scatter _ -> Fault.JITTER;
                    case Straggle _ -> Fault.REORDERING;
                    case Reborn _ -> Fault.CRASH;
                    case Slow _ -> Fault.DELAY;
                    case SetPolicy _, SetEnabled _, SetPriority _, SetCompression _, SetMtu _ ->
                            Fault.RECONFIGURATION;
                    case Rejoin _ -> Fault.RECONFIGURATION;
                });
    }

    /** Messages of one host to another, or to all when that is 0. */
    record Talk(int from, int to, int messages, int length, int gapMicros) implements Step {
        private static final int WINDOW = 4096;
        private static final int NUMBERS = 65_535;

        private @Nullable Fault kind() {
            if (messages > NUMBERS) {
                return Fault.SEQUENCE_WRAP;
            }
            return messages > WINDOW ? Fault.OVERTAKING : null;
        }

        @Override
        public boolean fits(int hosts, int links) {
            return Math.max(from, to) <= hosts;
        }
    }

    /**
     * One direction of a link, or both, changes for the worse, beside what was wrong with it.
     *
     * @param probability of what happens by chance
     * @param amount milliseconds or bytes
     */
    record Harm(
            Fault kind,
            int from,
            int to,
            int link,
            boolean bothWays,
            double probability,
            int amount)
            implements Step {
        @Override
        public boolean fits(int hosts, int links) {
            return Math.max(from, to) <= hosts && link < links;
        }
    }

    /** Both directions of a link are well again. */
    record Heal(int from, int to, int link) implements Step {
        @Override
        public boolean fits(int hosts, int links) {
            return Math.max(from, to) <= hosts && link < links;
        }
    }

    /**
     * A host does nothing for a while; suspended, its clock stands still and what comes is lost.
     */
    record Pause(int host, int millis, boolean suspended) implements Step {
        @Override
        public boolean fits(int hosts, int links) {
            return host <= hosts;
        }
    }

    /** A host is closed or crashes, and comes back with nothing of what it knew. */
    record Restart(int host, int millis, boolean crash) implements Step {
        @Override
        public boolean fits(int hosts, int links) {
            return host <= hosts;
        }
    }

    /** A clock is too fast or too slow from now on. */
    record Drift(int host, int ppm) implements Step {
        @Override
        public boolean fits(int hosts, int links) {
            return host <= hosts;
        }
    }

    /** All hosts go over to another key, one after the other, without a pause in traffic. */
    record Rekey(int key, int gapMillis) implements Step {
        @Override
        public boolean fits(int hosts, int links) {
            return true;
        }
    }

    /** A host chooses its links to another one in another way. */
    record SetPolicy(int host, int peer, LinkPolicy policy) implements Step {
        @Override
        public boolean fits(int hosts, int links) {
            return Math.max(host, peer) <= hosts;
        }
    }

    /** A host switches its end of a link on or off. */
    record SetEnabled(int host, int peer, int link, boolean enabled) implements Step {
        @Override
        public boolean fits(int hosts, int links) {
            return Math.max(host, peer) <= hosts && link < links;
        }
    }

    /** A host prefers a link, or not. */
    record SetPriority(int host, int peer, int link, int priority) implements Step {
        @Override
        public boolean fits(int hosts, int links) {
            return Math.max(host, peer) <= hosts && link < links;
        }
    }

    /** A host compresses in another way. */
    record SetCompression(int host, CompressionMethod method) implements Step {
        @Override
        public boolean fits(int hosts, int links) {
            return host <= hosts;
        }
    }

    /** The MTU of a host's interfaces is set by hand. */
    record SetMtu(int host, int bytes) implements Step {
        @Override
        public boolean fits(int hosts, int links) {
            return host <= hosts;
        }
    }

    /** A host forgets another one and gets to know it again. */
    record Rejoin(int host, int peer) implements Step {
        @Override
        public boolean fits(int hosts, int links) {
            return Math.max(host, peer) <= hosts;
        }
    }

    /** Somebody repeats what was recorded of the last packets between two hosts. */
    record Replay(int from, int to, int packets) implements Step {
        @Override
        public boolean fits(int hosts, int links) {
            return Math.max(from, to) <= hosts;
        }
    }

    /** Noise comes to a host, from a stranger or under the address of another host. */
    record Garbage(int from, int to, int link, int packets, boolean stranger) implements Step {
        @Override
        public boolean fits(int hosts, int links) {
            return Math.max(from, to) <= hosts && link < links;
        }
    }

    /**
     * Somebody who has no key makes packets as if they were from a host, for a while, and sends
     * them as a stranger or under that host's address.
     */
    record Forge(int from, int to, int link, int millis, boolean stranger) implements Step {
        @Override
        public boolean fits(int hosts, int links) {
            return Math.max(from, to) <= hosts && link < links;
        }
    }

    /** A host wants its own messages, too. */
    record Loopback(int host) implements Step {
        @Override
        public boolean fits(int hosts, int links) {
            return host <= hosts;
        }
    }

    /** A host lets a link learn where its peer is, and accepts it at its address only. */
    record Roam(int host, int peer, int link) implements Step {
        @Override
        public boolean fits(int hosts, int links) {
            return Math.max(host, peer) <= hosts && hosts == 2 && link < links;
        }
    }

    /** What is done when all is well again, since it shows what must happen then. */
    sealed interface Trial extends Step {}

    /**
     * The packets that pass on a link, or that the sender's machine takes, become smaller, and
     * larger again.
     *
     * @param bytes largest UDP payload meanwhile
     */
    record Narrow(int from, int to, int link, int bytes, boolean local) implements Trial {
        @Override
        public boolean fits(int hosts, int links) {
            return Math.max(from, to) <= hosts && link < links;
        }
    }

    /** A host is cut off from all others. */
    record Isolate(int host) implements Trial {
        @Override
        public boolean fits(int hosts, int links) {
            return host <= hosts && hosts > 2;
        }
    }

    /** A host is held up all the time while another one is gone. */
    record Stutter(int host, int peer) implements Trial {
        @Override
        public boolean fits(int hosts, int links) {
            return Math.max(host, peer) <= hosts;
        }
    }

    /** A host gets so many messages that another one has missed half of all numbers. */
    record Outrun(int from, int to, int other) implements Trial {
        @Override
        public boolean fits(int hosts, int links) {
            return Math.max(from, Math.max(to, other)) <= hosts;
        }
    }

    /** Fragments of a host's messages to another one come in any order. */
    record Scatter(int from, int to) implements Trial {
        @Override
        public boolean fits(int hosts, int links) {
            return Math.max(from, to) <= hosts;
        }
    }

    /** So many messages overtake one, and the copy of one. */
    record Straggle(int from, int to, int messages) implements Trial {
        /** What is further behind may be lost. */
        static final int WINDOW = 4090;

        @Override
        public boolean fits(int hosts, int links) {
            return Math.max(from, to) <= hosts;
        }
    }

    /**
     * Pings and pongs of two hosts take ever longer on a link, in the end more than the timeout.
     */
    record Slow(int from, int to, int link) implements Trial {
        @Override
        public boolean fits(int hosts, int links) {
            return Math.max(from, to) <= hosts && link < links;
        }
    }

    /** A host crashes after so many messages, and comes back. */
    record Reborn(int host, int messages) implements Trial {
        @Override
        public boolean fits(int hosts, int links) {
            return host <= hosts;
        }
    }
}
