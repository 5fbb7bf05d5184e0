package io.knet4j;

/** Why something that was received did not become a message, or a pong did not count. */
public enum DropCause {
    /**
     * The operating system dropped the datagram before it was read: more came than the node could
     * take and the socket's buffer was full, or it was part of a flood that is kept out, see {@link
     * UdpFeature#SOURCE_FILTER}. Told by Linux only, to nodes with {@link UdpFeature#NATIVE}, and
     * within a second.
     */
    NOT_RECEIVED,
    /** The datagram is shorter than its kind of packet. */
    TOO_SHORT,
    /**
     * No slot's signature fits: the sender has another key, or the datagram was forged or damaged.
     */
    NOT_AUTHENTIC,
    /** The packet is clear, and clear traffic is refused. */
    CLEAR_TRAFFIC,
    /**
     * The packet is signed with the key of a slot, but with another hash. Looked for now and then
     * only, so others of the kind count as {@link #NOT_AUTHENTIC}.
     */
    OTHER_HASH,
    /**
     * The packet is signed as a slot demands, but what is in it is not what the slot's cipher
     * makes.
     */
    OTHER_CIPHER,
    /** The packet looks encrypted, and no slot is set. */
    ENCRYPTED,
    /** The format version is not supported, or older than the cluster speaks. */
    WRONG_VERSION,
    /** The packet's host id is not configured. */
    UNKNOWN_HOST,
    /** The link id is above 7, or not configured, or belongs to another address. */
    WRONG_LINK,
    /**
     * The source address is not that of the host's link (of any of its links, for data); for a
     * dynamic link: another peer claims it and the present one is alive, or the packet is a copy of
     * an earlier ping or no ping.
     */
    WRONG_ADDRESS,
    /**
     * No access list accepts the source address, and it is not that of a static link's peer; or it
     * is not accepted by the list of the packet's link.
     */
    ACCESS_DENIED,
    /** The packet type is not known. */
    UNKNOWN_TYPE,
    /** The pong answers no ping of this link: forged, or sent for an earlier life of this node. */
    UNSOLICITED_PONG,
    /** The pong was accepted before, or 64 pongs of later pings were. */
    DUPLICATE_PONG,
    /** The pong came after the ping timeout. */
    LATE_PONG,
    /** The path MTU reply answers no probe of this link that waits for one. */
    UNSOLICITED_PMTUD_REPLY,
    /**
     * Data from a host without any link that is up, on a link by which it has not answered a ping.
     */
    HOST_UNREACHABLE,
    /**
     * The message was delivered before: the normal fate of copies with {@link LinkPolicy#ACTIVE}.
     */
    DUPLICATE,
    /**
     * The sequence number lies far behind the newest one, and nothing shows that the host was
     * restarted.
     */
    STALE,
    /** Fragment number 0, above the count, or a count above 254. */
    BAD_FRAGMENT,
    /**
     * The fragment contradicts earlier fragments of the message in count, size, channel or
     * compression.
     */
    CONTRADICTORY_FRAGMENT,
    /** The same fragment came before. */
    DUPLICATE_FRAGMENT,
    /** The message would be longer than 65,536 bytes. */
    MESSAGE_TOO_LONG,
    /** An incomplete message was given up to make room. */
    REASSEMBLY_EVICTED,
    /** An incomplete message was given up after its lifetime. */
    REASSEMBLY_EXPIRED,
    /** The message is compressed by a method that is not available. */
    UNKNOWN_COMPRESSION,
    /**
     * The compressed message is damaged, empty, or would be longer than 65,536 bytes; an intact
     * copy may still be delivered.
     */
    BAD_COMPRESSION,
    /** Forwarding is off. */
    FORWARDING_DISABLED,
    /** The destination filter refused the message. */
    FILTER_REFUSED,
    /** The destination filter threw an exception. */
    FILTER_FAILED,
    /** The destination filter says that the message is for other hosts. */
    NOT_FOR_US,
    /** The channel number is not 0 to 31. */
    BAD_CHANNEL,
    /** The channel is not open here. */
    CHANNEL_NOT_OPEN,
    /** The consumer is slower than the sender: the channel's receive queue is full. */
    RECEIVE_QUEUE_FULL
}
