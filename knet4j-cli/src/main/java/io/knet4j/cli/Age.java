package io.knet4j.cli;

import java.time.Duration;

/** Long times as people read them. */
public final class Age {

    private Age() {}

    /** {@code 0 s}, {@code 12 s}, {@code 3 min 5 s}, {@code 2 h 3 min}, {@code 40 d 1 h}. */
    public static String text(Duration time) {
        if (time.toDays() > 0) {
            return time.toDays() + " d " + time.toHoursPart() + " h";
        }
        if (time.toHours() > 0) {
            return time.toHours() + " h " + time.toMinutesPart() + " min";
        }
        return time.toMinutes() > 0
                ? time.toMinutes() + " min " + time.toSecondsPart() + " s"
                : Math.max(0, time.toSeconds()) + " s";
    }
}
