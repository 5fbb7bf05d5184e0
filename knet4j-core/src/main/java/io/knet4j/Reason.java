package io.knet4j;

/** Why an operation failed. Each constant names the errno that libknet reports in that case. */
public enum Reason {
    /** An argument is out of its range (EINVAL). */
    INVALID_ARGUMENT("EINVAL"),
    /** The message is empty or longer than 65,536 bytes (EINVAL). */
    MESSAGE_SIZE("EINVAL"),
    /** The channel is not open (EINVAL). */
    CHANNEL_NOT_OPEN("EINVAL"),
    /** The host or link is not there, or not any more (EINVAL). */
    NOT_FOUND("EINVAL"),
    /** The node is closed (EINVAL: libknet calls it an invalid handle). */
    CLOSED("EINVAL"),
    /** A unicast names no destination (EINVAL). */
    NO_DESTINATION("EINVAL"),
    /**
     * There is already a host with this id or name, or a link with this id (EEXIST, for links
     * EBUSY).
     */
    ALREADY_EXISTS("EEXIST"),
    /** The crypto slot is in use for sending, and cannot be changed (EBUSY). */
    SLOT_IN_USE("EBUSY"),
    /** A cipher, hash or model is not known, or this Java runtime does not offer it (ENXIO). */
    UNKNOWN_ALGORITHM("ENXIO"),
    /** A synchronous send without explicit destination, and no filter to choose one (ENETDOWN). */
    NO_FILTER("ENETDOWN"),
    /** Forwarding is off (ECANCELED). */
    FORWARDING_DISABLED("ECANCELED"),
    /** The destination filter refused the message or threw (EFAULT). */
    FILTER_FAILED("EFAULT"),
    /**
     * A synchronous send is for one destination only; this one has several or is a broadcast
     * (E2BIG).
     */
    TOO_MANY_DESTINATIONS("E2BIG"),
    /**
     * The message is of a type that cannot be sent (ENOMSG). libknet reports it for internal
     * messages; knet4j has no way to hand one in, so it never occurs. It is here so that every
     * errno of the C manual has its constant.
     */
    UNKNOWN_MESSAGE_TYPE("ENOMSG"),
    /** No destination is reachable (EHOSTDOWN). */
    HOST_DOWN("EHOSTDOWN"),
    /** The packet could not be encrypted (ECHILD). */
    ENCRYPTION_FAILED("ECHILD"),
    /**
     * A link did not take all fragments and made no progress: its socket buffer stays full
     * (EAGAIN).
     */
    NO_PROGRESS("EAGAIN"),
    /**
     * The send queue is full, or, for a message to this node itself, the receive queue of its
     * channel (EAGAIN).
     */
    QUEUE_FULL("EAGAIN"),
    /**
     * At the current data MTU the message needs more than 254 fragments (libknet corrupts it
     * silently).
     */
    TOO_MANY_FRAGMENTS("EMSGSIZE"),
    /** A datagram is larger than the link takes (EMSGSIZE; libknet hides it). */
    DATAGRAM_TOO_LARGE("EMSGSIZE"),
    /**
     * The network or the host cannot be reached from here (ENETUNREACH, EHOSTUNREACH, ENETDOWN).
     */
    NETWORK_UNREACHABLE("ENETUNREACH"),
    /** The operating system forbids it, for example a packet filter (EPERM, EACCES). */
    NOT_PERMITTED("EPERM"),
    /**
     * The local address cannot be bound: in use by another socket, or not an address of this
     * machine (EADDRINUSE, EADDRNOTAVAIL).
     */
    ADDRESS_UNAVAILABLE("EADDRINUSE"),
    /** Any other failure of a socket (EIO). */
    SOCKET_FAILED("EIO"),
    /** The calling thread was interrupted while it waited (EINTR). */
    INTERRUPTED("EINTR");

    private final String errno;

    Reason(String errno) {
        this.errno = errno;
    }

    /**
     * Name of the errno that libknet sets in this case.
     *
     * @return for example {@code "EHOSTDOWN"}
     */
    public String errno() {
        return errno;
    }
}
