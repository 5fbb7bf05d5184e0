package io.knet4j.interop;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the programs that run a node by commands have in common: how words are read, and flows. */
final class NodeWords {
    private final Map<Integer, MessageTally> tallies = new ConcurrentHashMap<>();
    private @Nullable MessageFlow flow;
    private int nextNumber;

    static int integer(String text) {
        return Integer.parseInt(text);
    }

    static boolean onOff(String text) {
        return switch (text) {
            case "on" -> true;
            case "off" -> false;
            default -> throw new IllegalArgumentException(text + ": on or off");
        };
    }

    static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        String ip = text.substring(0, colon).replace("[", "").replace("]", "");
        try {
            return new InetSocketAddress(
                    InetAddress.getByName(ip), integer(text.substring(colon + 1)));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    static String oneLine(Throwable t) {
        return String.valueOf(t.getMessage()).replace('\n', ' ');
    }

    MessageTally tally(int channel) {
        return tallies.computeIfAbsent(channel, _ -> new MessageTally());
    }

    /** {@code tally CHANNEL FROM TO}. */
    String tally(String[] words) {
        return tally(integer(words[1])).report(integer(words[2]), integer(words[3]));
    }

    /** {@code flow CHANNEL SIZE MICROS ...}. The numbers go on where the last flow ended. */
    void startFlow(String[] words, Consumer<byte[]> sender) {
        if (flow != null) {
            throw new IllegalStateException("there is a flow");
        }
        flow = new MessageFlow(nextNumber, integer(words[2]), integer(words[3]), sender);
        flow.start();
    }

    /** {@code flow} and {@code flow stop}: how many were sent, and how many refused. */
    String flow(String[] words) {
        MessageFlow current = flow;
        if (current == null) {
            throw new IllegalStateException("there is no flow");
        }
        if (words.length > 1) {
            current.stop();
            nextNumber = current.sent();
            flow = null;
        }
        return "sent=" + current.sent() + " refused=" + current.refused();
    }
}
