package io.knet4j.internal.engine;

import io.knet4j.KnetEvent.SocketError;
import io.knet4j.Reason;
import io.knet4j.internal.engine.LinkState.ControlStream;
import io.knet4j.internal.security.PacketSealer;
import io.knet4j.internal.transport.Addresses;
import io.knet4j.internal.transport.OutgoingBatch;
import io.knet4j.internal.transport.Path;
import io.knet4j.internal.transport.Transport;

/**
 * Pings and answers on their way out. They never wait behind data: what a full socket does not take
 * is tried again each millisecond a few times, and then lost as if on the wire.
 */
final class ControlOutbox {
    private static final int MAX_TRIES = 20;

    private final Transport transport;
    private final OutgoingBatch batch;
    private final EngineOutput output;
    private int tries;

    ControlOutbox(Transport transport, OutgoingBatch batch, EngineOutput output) {
        this.transport = transport;
        this.batch = batch;
        this.output = output;
    }

    OutgoingBatch batch() {
        return batch;
    }

    /**
     * Makes sure that one more packet fits in. Its owner must be one of its link's {@link
     * ControlStream}s.
     */
    boolean makeRoom(PacketSealer sealer) {
        int room = ControlPackets.room(sealer);
        if (!batch.hasRoom(room, 1)) {
            flush();
        }
        return batch.hasRoom(room, 1);
    }

    /** Sends what is there. What a full socket does not take is tried again at the next flushes. */
    void flush() {
        if (batch.isEmpty()) {
            return;
        }
        transport.send(batch);
        tries++;
        if (batch.pendingCount() > 0 && tries < MAX_TRIES) {
            countRetries();
            return;
        }
        batch.failPending(Reason.NO_PROGRESS);
        for (int i = 0; i < batch.size(); i++) {
            settle(i);
        }
        batch.clear();
        tries = 0;
    }

    private void countRetries() {
        for (int i = 0; i < batch.size(); i++) {
            if (batch.isPending(i)) {
                ((ControlStream) batch.owner(i)).counter().retries.increment();
            }
        }
    }

    private void settle(int index) {
        ControlStream stream = (ControlStream) batch.owner(index);
        LinkState link = stream.link();
        Reason failure = batch.failure(index);
        if (failure != null) {
            stream.counter().errors.increment();
            if (failure != link.lastSendFailure) {
                Path path = batch.path(index);
                output.publish(
                        new SocketError(
                                path.socket().local(),
                                failure,
                                "sending to " + Addresses.text(path.remote())));
            }
        }
        link.lastSendFailure = failure;
    }

    /** Whether something waits for the next flush, which should be soon. */
    boolean isWaiting() {
        return !batch.isEmpty();
    }
}
