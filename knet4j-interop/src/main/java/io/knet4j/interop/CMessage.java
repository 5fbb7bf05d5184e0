package io.knet4j.interop;

import java.util.Objects;

/**
 * A message the C library delivered. The library (1.x) doesn't say which host sent it; see {@link
 * CNode#rxFilter}.
 *
 * @param channel the channel it arrived on
 * @param payload its bytes
 */
@SuppressWarnings("ArrayRecordComponent") // a message is its bytes; it is handed over, not compared
public record CMessage(int channel, byte[] payload) {
    /** Checks that there is a payload. */
    public CMessage {
        Objects.requireNonNull(payload);
    }
}
