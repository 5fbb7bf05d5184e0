package io.knet4j.cli.demo;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Arrays;

/**
 * What one host sent to a peer in one phase, and what it received from it. Times are microseconds
 * since the phase began.
 */
final class Traffic {

    /** Time of what did not happen. */
    static final long NEVER = -1;

    private final Times sent = new Times();
    private final Times arrived = new Times();
    private long refused;
    private long duplicates;
    private long damaged;

    /** A growing list of times by message number. */
    private static final class Times {
        private long[] values = new long[1 << 10];
        private int size;

        private Times() {
            Arrays.fill(values, NEVER);
        }

        private void set(int number, long time) {
            if (number >= values.length) {
                int before = values.length;
                values = Arrays.copyOf(values, Math.max(number + 1, 2 * before));
                Arrays.fill(values, before, values.length, NEVER);
            }
            values[number] = time;
            size = Math.max(size, number + 1);
        }

        private boolean has(int number) {
            return number < size && values[number] != NEVER;
        }

        private JsonArray json() {
            JsonArray array = new JsonArray(size);
            for (int i = 0; i < size; i++) {
                array.add(values[i]);
            }
            return array;
        }
    }

    /** Number of the next message. */
    synchronized int nextNumber() {
        return sent.size;
    }

    /** A message was handed to the node. */
    synchronized void onSent(int number, long time) {
        sent.set(number, time);
    }

    /** The node did not take a message, because the peer was not reachable for example. */
    synchronized void onRefused(int number) {
        sent.values[number] = NEVER;
        refused++;
    }

    synchronized void onArrived(int number, long time) {
        if (arrived.has(number)) {
            duplicates++;
        } else {
            arrived.set(number, time);
        }
    }

    synchronized void onDamaged() {
        damaged++;
    }

    synchronized JsonObject json(int peer) {
        JsonObject json = new JsonObject();
        json.addProperty("peer", peer);
        json.add("sent_us", sent.json());
        json.add("arrived_us", arrived.json());
        json.addProperty("refused", refused);
        json.addProperty("duplicates", duplicates);
        json.addProperty("damaged", damaged);
        return json;
    }
}
