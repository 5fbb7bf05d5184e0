package io.knet4j.internal.engine;

import io.knet4j.PathMtu;
import io.knet4j.internal.engine.TimerQueue.Timer;
import org.jspecify.annotations.Nullable;

/** What {@link PathMtuProber} keeps of a link. */
final class LinkProbing {
    final LinkMtu mtu;
    final Timer timer;
    final SentProbes sent = new SentProbes();
    final PeerProbes ofPeer = new PeerProbes();

    /** Told by senders. */
    final RefusedSize refused = new RefusedSize();

    /** How often the next probe found the socket full. */
    int tries;

    /** When the last search began. */
    long lastSearch;

    /** What was told last. */
    @Nullable PathMtu told;

    /** Two directions that were told to differ; 0 for none. */
    int toldSentPacket;

    int toldReceivedPacket;

    LinkProbing(MtuRange range, Timer timer) {
        mtu = new LinkMtu(range);
        this.timer = timer;
    }

    PathMtu snapshot(long now) {
        return mtu.snapshot(ofPeer.found(now));
    }
}
