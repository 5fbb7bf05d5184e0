package io.knet4j;

import java.util.List;

/** Takes the messages of a channel in batches. */
@FunctionalInterface
public interface BatchHandler {

    /**
     * Called with what waits, in the order in which it came. Looking at the list allocates nothing
     * when it is done by index.
     *
     * @param messages 1 to 256 messages; the list and all of its messages are valid during the call
     *     only
     */
    void onMessages(List<Message> messages);
}
