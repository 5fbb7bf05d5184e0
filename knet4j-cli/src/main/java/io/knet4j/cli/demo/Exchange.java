package io.knet4j.cli.demo;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * All messages from one host to another in one phase, by number. Times are microseconds since the
 * phase began; {@link Traffic#NEVER} where a message was not sent, or did not arrive.
 */
@SuppressWarnings("ArrayRecordComponent") // figures to work with, not to compare
record Exchange(
        int from,
        int to,
        long[] sent,
        long[] arrived,
        long refused,
        long duplicates,
        long damaged) {

    /** Joins what the sender reports about the receiver with what the receiver reports about it. */
    static Exchange of(int from, int to, JsonObject sender, JsonObject receiver) {
        long[] sent = times(sender.getAsJsonArray("sent_us"));
        long[] arrived = times(receiver.getAsJsonArray("arrived_us"));
        int known = arrived.length;
        long[] all = Arrays.copyOf(arrived, sent.length);
        if (known < sent.length) {
            Arrays.fill(all, known, sent.length, Traffic.NEVER);
        }
        return new Exchange(
                from,
                to,
                sent,
                all,
                sender.get("refused").getAsLong(),
                receiver.get("duplicates").getAsLong(),
                receiver.get("damaged").getAsLong());
    }

    private static long[] times(JsonArray array) {
        return array.asList().stream().mapToLong(time -> time.getAsLong()).toArray();
    }

    /** Number of messages that the sender's node took. */
    long sentCount() {
        return Arrays.stream(sent).filter(time -> time != Traffic.NEVER).count();
    }

    /** Number of messages that arrived. */
    long deliveredCount() {
        return Arrays.stream(arrived).filter(time -> time != Traffic.NEVER).count();
    }

    /** When the messages were sent that did not arrive. */
    LongStream lost() {
        return IntStream.range(0, sent.length)
                .filter(i -> sent[i] != Traffic.NEVER && arrived[i] == Traffic.NEVER)
                .mapToLong(i -> sent[i]);
    }

    /** How many messages were sent from one point in time to another. */
    long sentBetween(long from, long to) {
        return Arrays.stream(sent).filter(time -> time >= from && time <= to).count();
    }

    /** How long the messages that arrived were on their way. */
    LongStream delays() {
        return IntStream.range(0, sent.length)
                .filter(i -> sent[i] != Traffic.NEVER && arrived[i] != Traffic.NEVER)
                .mapToLong(i -> arrived[i] - sent[i]);
    }

    /** The longest time in which no message arrived, between the first and the last one. */
    long longestGap() {
        long[] times =
                Arrays.stream(arrived).filter(time -> time != Traffic.NEVER).sorted().toArray();
        return IntStream.range(1, times.length)
                .mapToLong(i -> times[i] - times[i - 1])
                .max()
                .orElse(0);
    }
}
