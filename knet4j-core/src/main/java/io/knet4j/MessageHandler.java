package io.knet4j;

/** Takes the messages of a channel. */
@FunctionalInterface
public interface MessageHandler {

    /**
     * Called for each message.
     *
     * @param message valid during the call only
     */
    void onMessage(Message message);
}
