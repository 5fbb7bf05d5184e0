package io.knet4j.testkit.campaign;

import java.util.Locale;

/** What a campaign does to a cluster, by the names under which it is counted. */
enum Fault {
    LOSS,
    BURSTS,
    DELAY,
    JITTER,
    REORDERING,
    DUPLICATION,
    CORRUPTION,
    TRUNCATION,
    ONE_WAY_CUT,
    CUT,
    BLACK_HOLE,
    LOCAL_MTU,
    BANDWIDTH,
    REFUSAL,
    FULL_SOCKET,
    PAUSE,
    SUSPENSION,
    CRASH,
    RESTART,
    CLOCK_DRIFT,
    REKEY,
    RECONFIGURATION,
    REPLAY,
    GARBAGE,
    FORGERY,
    OVERTAKING,
    SEQUENCE_WRAP;

    /** As reports call it. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
