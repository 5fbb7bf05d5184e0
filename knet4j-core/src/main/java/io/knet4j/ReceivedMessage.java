package io.knet4j;

/**
 * A received message with bytes of its own.
 *
 * @param source host that sent it
 * @param channel channel that it came on
 * @param payload 1 to 65,536 bytes; not copied
 */
@SuppressWarnings(
        "ArrayRecordComponent") // a message is its bytes; records of it are handed over, not
// compared
public record ReceivedMessage(int source, int channel, byte[] payload) {
    @Override
    public String toString() {
        return "message from "
                + source
                + " on channel "
                + channel
                + ", "
                + payload.length
                + " bytes";
    }
}
