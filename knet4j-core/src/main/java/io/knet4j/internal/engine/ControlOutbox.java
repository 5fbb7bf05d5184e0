package io.knet4j.internal.engine;

import io.knet4j.KnetEvent.SocketError;
import io.knet4j.Reason;
import io.knet4j.internal.security.PacketProtection;
import io.knet4j.internal.transport.OutgoingBatch;
import io.knet4j.internal.transport.Transport;

/**
 * Pings and answers on their way out. They are never queued: what the socket does not take at once
 * is lost, as if on the wire.
 */
final class ControlOutbox {
    private final Transport transport;
    private final OutgoingBatch batch;
    private final EngineOutput output;

    ControlOutbox(Transport transport, OutgoingBatch batch, EngineOutput output) {
        this.transport = transport;
        this.batch = batch;
        this.output = output;
    }

    OutgoingBatch batch() {
        return batch;
    }

    /** Makes sure that one more packet fits in. Its owner must be its {@link LinkState}. */
    boolean makeRoom(PacketProtection protection) {
        int room = ControlPackets.room(protection);
        if (!batch.hasRoom(room, 1)) {
            flush();
        }
        return batch.hasRoom(room, 1);
    }

    void flush() {
        if (batch.isEmpty()) {
            return;
        }
        transport.send(batch);
        batch.failPending(Reason.NO_PROGRESS);
        for (int i = 0; i < batch.size(); i++) {
            LinkState link = (LinkState) batch.owner(i);
            Reason failure = batch.failure(i);
            if (failure != null) {
                link.counters.txErrors.increment();
                if (failure != link.lastSendFailure) {
                    output.publish(
                            new SocketError(
                                    batch.path(i).socket().local(),
                                    failure,
                                    "sending to " + batch.path(i).remote()));
                }
            }
            link.lastSendFailure = failure;
        }
        batch.clear();
    }
}
