package io.knet4j.internal.engine;

import io.knet4j.internal.engine.HostRoute.Hop;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Holds the sender up while more is under way than a {@link SendWindow} allows, until an answer
 * comes or it has waited long enough. It does not wait itself: it is told to stop, and is woken.
 */
final class SendWindows {
    /** How often the control loop looks whether the sender has waited long enough. */
    private static final long TICK = 2_000_000;

    /** How long it goes on to look when the sender does not wait any more. */
    private static final long WATCH = 20_000_000;

    private final EngineOutput output;

    /** Where something was sent of which not all is sure to be taken soon. The sender's. */
    private final List<Hop> used = new ArrayList<>();

    /** What the sender waits for. */
    private volatile @Nullable SendWindow awaited;

    /** When it has waited long enough. Written before the window. */
    private volatile long deadline;

    private volatile boolean watched;

    /** The control loop's. */
    private long lastWait;

    SendWindows(EngineOutput output) {
        this.output = output;
    }

    // ---- the sender

    /** A datagram is sent. */
    void use(Hop hop, int bytes) {
        SendWindow window = hop.window();
        window.add(bytes);
        if (!window.used) {
            window.used = true;
            used.add(hop);
        }
    }

    /** Where something was sent lately, and so where a mark may be needed. */
    List<Hop> used() {
        return used;
    }

    /** Marks are where they are needed: what is left of interest is what is full. */
    void settle(long now) {
        for (int i = used.size() - 1; i >= 0; i--) {
            SendWindow window = used.get(i).window();
            if (!window.isFull(now)) {
                window.used = false;
                used.remove(i);
            }
        }
    }

    /** Whether the sender may go on. If not, it is woken when it may. */
    boolean mayGoOn(long now) {
        SendWindow waitedFor = awaited;
        boolean inVain = waitedFor != null && !waitedFor.isOpen();
        if (inVain && now - deadline < 0) {
            return false;
        }
        awaited = null;
        settle(now);
        if (inVain) {
            return true; // or synchronous messages could hold it up for ever
        }
        while (!used.isEmpty()) {
            if (!comesToWait(used.getLast().window())) {
                return false;
            }
            settle(now);
        }
        return true;
    }

    /** Begins to wait. Returns whether that is over already. */
    private boolean comesToWait(SendWindow window) {
        deadline = window.deadline();
        awaited = window;
        if (window.isOpen()) { // it may have become so before the control loop could see us wait
            awaited = null;
            return true;
        }
        if (!watched) {
            output.wakeLoop();
        }
        return false;
    }

    // ---- the control loop

    /** A ping of a link was answered. */
    void onPong(long now, SendWindow window, long sentAt) {
        window.onPong(now, sentAt);
        if (awaited == window && window.isOpen()) {
            output.wakeSender();
        }
    }

    /**
     * Wakes a sender that has waited long enough. Returns when to look again, {@link
     * Long#MAX_VALUE} when it tells.
     */
    long watch(long now) {
        if (awaited == null && watched && now - lastWait > WATCH) {
            watched = false; // before looking whether the sender waits: it looks at this after
        }
        if (awaited != null) {
            watched = true;
            lastWait = now;
            if (now - deadline >= 0) {
                output.wakeSender();
            }
        }
        return watched ? now + TICK : Long.MAX_VALUE;
    }
}
