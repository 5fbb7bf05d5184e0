package io.knet4j.interop;

/** Something the C library told through a callback. */
public sealed interface CEvent {
    /** {@return when the callback ran, as {@link System#nanoTime()}} */
    long nanos();

    /**
     * A host became reachable or unreachable.
     *
     * @param nanos when
     * @param hostId the host
     * @param reachable whether it can be reached now
     */
    record HostStatus(long nanos, int hostId, boolean reachable) implements CEvent {}

    /**
     * The payload that fits into one packet to any host has changed, or was reset.
     *
     * @param nanos when
     * @param dataMtu bytes of payload per packet
     */
    record DataMtu(long nanos, int dataMtu) implements CEvent {}

    /**
     * The library failed to read from or write to the descriptor of a channel.
     *
     * @param nanos when
     * @param channel the channel
     * @param sending true when reading a message to send, false when delivering one
     * @param error what the read or write returned: 0 or -1
     * @param errnoName the name of the errno, such as {@code EAGAIN} for a receiver that is too
     *     slow
     */
    record ChannelError(long nanos, int channel, boolean sending, int error, String errnoName)
            implements CEvent {}
}
