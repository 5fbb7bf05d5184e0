package io.knet4j.internal.engine;

import io.knet4j.DropCause;
import io.knet4j.KnetEvent;
import io.knet4j.LogSubsystem;
import io.knet4j.internal.onwire.ReassembledMessage;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Remembers what an engine hands back. */
final class RecordingOutput implements EngineOutput {
    final List<Delivered> delivered = new ArrayList<>();
    final List<KnetEvent> events = new ArrayList<>();
    final List<String> logged = new ArrayList<>();
    final Map<DropCause, Integer> drops = new EnumMap<>(DropCause.class);
    boolean recording = true;
    Delivery answer = Delivery.DELIVERED;
    long deliveries;
    long deliveriesInPieces;
    int wakes;
    int senderWakes;
    int deliveryEnds;

    /** A message for a channel. */
    @SuppressWarnings("ArrayRecordComponent") // not compared
    record Delivered(int channel, int source, byte[] payload) {}

    @Override
    public Delivery deliver(int channel, int source, ByteBuffer payload, int offset, int length) {
        if (answer == Delivery.DELIVERED) {
            deliveries++;
            if (recording) {
                byte[] bytes = new byte[length];
                payload.get(offset, bytes);
                delivered.add(new Delivered(channel, source, bytes));
            }
        }
        return answer;
    }

    @Override
    public Delivery deliver(int channel, int source, ReassembledMessage message) {
        if (answer == Delivery.DELIVERED) {
            deliveries++;
            deliveriesInPieces++;
            if (recording) {
                byte[] bytes = new byte[message.length()];
                message.copyTo(ByteBuffer.wrap(bytes), 0);
                delivered.add(new Delivered(channel, source, bytes));
            }
        }
        return answer;
    }

    @Override
    public void deliveryEnds() {
        deliveryEnds++;
    }

    @Override
    public void publish(KnetEvent event) {
        if (recording) {
            events.add(event);
        }
    }

    @Override
    public void dropped(long now, DropCause cause, long count, InetSocketAddress source) {
        if (recording) {
            drops.merge(cause, (int) count, Integer::sum);
        }
    }

    @Override
    public void wakeLoop() {
        wakes++;
    }

    @Override
    public void wakeSender() {
        senderWakes++;
    }

    @Override
    public boolean isLogged(LogSubsystem subsystem, System.Logger.Level level) {
        return recording;
    }

    @Override
    public void log(
            LogSubsystem subsystem, System.Logger.Level level, String message, Throwable thrown) {
        if (recording) {
            logged.add(level + " " + message);
        }
    }

    /** The last events, which are taken out. */
    List<KnetEvent> drainEvents() {
        List<KnetEvent> all = List.copyOf(events);
        events.clear();
        return all;
    }
}
