package io.knet4j.interop;

/** The errno values of Linux that the C library reports. */
final class Errno {
    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int EBUSY = 16;
    static final int EEXIST = 17;
    static final int EINVAL = 22;
    static final int ECANCELED = 125;
    static final int ENETDOWN = 100;
    static final int E2BIG = 7;
    static final int EHOSTDOWN = 112;

    private Errno() {}

    static String name(int errno) {
        return switch (errno) {
            case 0 -> "none";
            case 1 -> "EPERM";
            case 2 -> "ENOENT";
            case EINTR -> "EINTR";
            case 5 -> "EIO";
            case 6 -> "ENXIO";
            case E2BIG -> "E2BIG";
            case 9 -> "EBADF";
            case 10 -> "ECHILD";
            case EAGAIN -> "EAGAIN";
            case 12 -> "ENOMEM";
            case 13 -> "EACCES";
            case 14 -> "EFAULT";
            case EBUSY -> "EBUSY";
            case EEXIST -> "EEXIST";
            case EINVAL -> "EINVAL";
            case 24 -> "EMFILE";
            case 32 -> "EPIPE";
            case 34 -> "ERANGE";
            case 36 -> "ENAMETOOLONG";
            case 38 -> "ENOSYS";
            case 90 -> "EMSGSIZE";
            case 93 -> "EPROTONOSUPPORT";
            case 97 -> "EAFNOSUPPORT";
            case 98 -> "EADDRINUSE";
            case 99 -> "EADDRNOTAVAIL";
            case ENETDOWN -> "ENETDOWN";
            case 101 -> "ENETUNREACH";
            case 105 -> "ENOBUFS";
            case 110 -> "ETIMEDOUT";
            case 111 -> "ECONNREFUSED";
            case EHOSTDOWN -> "EHOSTDOWN";
            case 113 -> "EHOSTUNREACH";
            case ECANCELED -> "ECANCELED";
            default -> "errno " + errno;
        };
    }
}
