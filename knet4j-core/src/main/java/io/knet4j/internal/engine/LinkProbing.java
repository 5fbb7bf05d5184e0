package io.knet4j.internal.engine;

import io.knet4j.KnetEvent.PathMtuDiffers;
import io.knet4j.PathMtu;
import io.knet4j.internal.engine.TimerQueue.Timer;
import org.jspecify.annotations.Nullable;

/** What {@link PathMtuProber} keeps of a link. */
final class LinkProbing {
    private static final long REPORT_INTERVAL = 1_000_000_000L;

    final LinkMtu mtu;
    final Timer timer;
    final SentProbes sent = new SentProbes();
    final PeerProbes ofPeer = new PeerProbes();

    /** Told by senders. */
    final RefusedSize refused = new RefusedSize();

    /** Says which reports of the network to heed. */
    final ReportLimit reports = new ReportLimit(REPORT_INTERVAL);

    /** How often the next probe found the socket full. */
    int tries;

    /** When the last search began. */
    long lastSearch;

    /** What was told last. */
    @Nullable PathMtu told;

    /** How the two directions differ, null when they do not, or not that one knows. */
    @Nullable PathMtuDiffers difference;

    long differenceSince;
    boolean differenceTold;

    LinkProbing(MtuRange range, Timer timer) {
        mtu = new LinkMtu(range);
        this.timer = timer;
    }

    /** What was learned of the path so far does not hold for the one that comes. */
    void forgetPath() {
        sent.forget();
        ofPeer.forget();
        refused.take();
        difference = null;
        differenceTold = false;
    }

    PathMtu snapshot(long now) {
        return mtu.snapshot(ofPeer.found(now));
    }
}
