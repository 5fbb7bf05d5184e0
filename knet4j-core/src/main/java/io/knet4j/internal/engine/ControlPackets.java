package io.knet4j.internal.engine;

import io.knet4j.internal.onwire.Packets;
import io.knet4j.internal.security.PacketSealer;
import io.knet4j.internal.transport.OutgoingBatch;
import io.knet4j.internal.transport.Path;
import java.nio.ByteBuffer;

/**
 * Puts pings and answers into a batch. Each method returns the length of the sealed packet, {@link
 * PacketSealer#FAILED} when it could not be sealed. The caller makes sure that {@link #room} is
 * there.
 */
final class ControlPackets {
    private ControlPackets() {}

    /** Room that any of these packets needs in a batch. */
    static int room(PacketSealer sealer) {
        return Packets.PING_SIZE + sealer.maxOverhead();
    }

    static int ping(
            OutgoingBatch batch,
            PacketSealer sealer,
            long now,
            int version,
            int localHost,
            int link,
            PingTokens tokens,
            int sequence,
            boolean timed,
            Path path,
            Object owner) {
        int packet = batch.reserve() + sealer.prefix();
        Packets.writePing(
                batch.memory(),
                packet,
                version,
                localHost,
                link,
                now,
                tokens.seal(now),
                sequence,
                timed);
        return seal(batch, sealer, Packets.PING_SIZE, path, owner);
    }

    /** Answers a ping or path MTU probe, which may be longer than the answer. */
    static int answer(
            OutgoingBatch batch,
            PacketSealer sealer,
            int localHost,
            ByteBuffer memory,
            int request,
            int length,
            Path path,
            Object owner) {
        int packet = batch.reserve() + sealer.prefix();
        batch.memory().put(packet, memory, request, length);
        Packets.answer(batch.memory(), packet, localHost);
        return seal(batch, sealer, length, path, owner);
    }

    private static int seal(
            OutgoingBatch batch, PacketSealer sealer, int length, Path path, Object owner) {
        int offset = batch.reserve();
        int sealed = sealer.seal(batch.memory(), offset, length);
        if (sealed != PacketSealer.FAILED) {
            batch.commit(sealed);
            batch.add(path, offset, sealed, owner);
        }
        return sealed;
    }
}
