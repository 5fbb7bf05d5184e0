package io.knet4j.internal.transport.udp.linux;

import io.knet4j.Reason;

/** Error numbers of Linux, the same on all processors that {@link NativeSupport} knows. */
final class Errno {
    static final int EPERM = 1;
    static final int EINTR = 4;
    static final int EIO = 5;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int EINVAL = 22;
    static final int EMFILE = 24;
    static final int EMSGSIZE = 90;
    static final int ENOPROTOOPT = 92;
    static final int EOPNOTSUPP = 95;
    static final int EAFNOSUPPORT = 97;
    static final int EADDRINUSE = 98;
    static final int EADDRNOTAVAIL = 99;
    static final int ENETDOWN = 100;
    static final int ENETUNREACH = 101;
    static final int ECONNABORTED = 103;
    static final int ENOBUFS = 105;
    static final int ECONNREFUSED = 111;
    static final int EHOSTDOWN = 112;
    static final int EHOSTUNREACH = 113;
    static final int ENONET = 64;

    private Errno() {}

    static Reason reason(int errno) {
        return switch (errno) {
            case EAGAIN, ENOBUFS -> Reason.NO_PROGRESS;
            case EMSGSIZE -> Reason.DATAGRAM_TOO_LARGE;
            case EPERM, EACCES -> Reason.NOT_PERMITTED;
            case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN, ENONET ->
                    Reason.NETWORK_UNREACHABLE;
            case EADDRINUSE, EADDRNOTAVAIL -> Reason.ADDRESS_UNAVAILABLE;
            default -> Reason.SOCKET_FAILED;
        };
    }

    /** For people. */
    static String text(int errno) {
        return switch (errno) {
            case EPERM -> "operation not permitted (EPERM)";
            case EACCES -> "permission denied (EACCES)";
            case EINVAL -> "invalid argument (EINVAL)";
            case EMFILE -> "too many open files (EMFILE)";
            case EMSGSIZE -> "message too long (EMSGSIZE)";
            case ENOPROTOOPT -> "option not available (ENOPROTOOPT)";
            case EOPNOTSUPP -> "operation not supported (EOPNOTSUPP)";
            case EAFNOSUPPORT -> "address family not supported (EAFNOSUPPORT)";
            case EADDRINUSE -> "address already in use (EADDRINUSE)";
            case EADDRNOTAVAIL -> "no address of this machine (EADDRNOTAVAIL)";
            case ENETDOWN -> "network is down (ENETDOWN)";
            case ENETUNREACH -> "network is unreachable (ENETUNREACH)";
            case EHOSTUNREACH -> "no route to host (EHOSTUNREACH)";
            case ECONNREFUSED -> "connection refused (ECONNREFUSED)";
            case ENOBUFS -> "no buffer space (ENOBUFS)";
            case EIO -> "input/output error (EIO)";
            default -> "errno " + errno;
        };
    }

    /** Whether a report of the network with this error says that nothing arrives there. */
    static boolean isUnreachable(int errno) {
        return switch (errno) {
            case ECONNREFUSED,
                    ECONNABORTED,
                    ENONET,
                    ENETUNREACH,
                    EHOSTUNREACH,
                    EHOSTDOWN,
                    ENETDOWN ->
                    true;
            default -> false;
        };
    }

    /**
     * Whether the kernel says it of the call itself, most likely; the network may have reported the
     * others.
     */
    static boolean isOfTheCall(int errno) {
        return switch (errno) {
            case EPERM, EACCES, EINVAL, EIO, EMSGSIZE -> true;
            default -> false;
        };
    }

    /** Whether the kernel may say so of several segments in one, and take them one by one. */
    static boolean isSegmentationRefusal(int errno) {
        return switch (errno) {
            case EINVAL, EIO -> true;
            default -> false;
        };
    }
}
