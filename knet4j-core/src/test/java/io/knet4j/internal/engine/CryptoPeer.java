package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.internal.security.KeySlots;
import io.knet4j.internal.security.PacketSealer;
import java.nio.ByteBuffer;

/** Opens what a node sends and seals what it is sent, as a peer with the same keys does. */
final class CryptoPeer {
    private final KeySlots keys;

    CryptoPeer(KeySlots keys) {
        this.keys = keys;
    }

    /** Makes the packet of a datagram that must be one of these keys'. */
    byte[] open(byte[] datagram) {
        ByteBuffer memory = ByteBuffer.wrap(datagram.clone());
        int length = keys.open(memory, 0, datagram.length);
        assertThat(length).as("refused as %s", keys.refusal()).isNotEqualTo(KeySlots.REFUSED);
        byte[] packet = new byte[length];
        memory.get(keys.packetOffset(), packet);
        return packet;
    }

    /** Seals a packet with the slot in use. */
    byte[] seal(byte[] packet) {
        return seal(keys.controlSealer(), packet);
    }

    static byte[] seal(PacketSealer sealer, byte[] packet) {
        ByteBuffer memory = ByteBuffer.allocate(packet.length + sealer.maxOverhead());
        memory.put(sealer.prefix(), packet);
        int length = sealer.seal(memory, 0, packet.length);
        assertThat(length).isNotEqualTo(PacketSealer.FAILED);
        byte[] datagram = new byte[length];
        memory.get(0, datagram);
        return datagram;
    }
}
