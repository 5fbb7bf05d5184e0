package io.knet4j.interop;

/** A function of the C library reported a failure. */
public final class LibKnetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The C function that failed. */
    private final String function;

    /** What the function returned. */
    private final long result;

    /** The value of {@code errno}. */
    private final int errno;

    /**
     * Describes a failed call.
     *
     * @param function the C function
     * @param result what it returned, usually -1
     * @param errno the value of {@code errno} after the call
     */
    public LibKnetException(String function, long result, int errno) {
        super(function + " returned " + result + ": " + Errno.name(errno));
        this.function = function;
        this.result = result;
        this.errno = errno;
    }

    /** {@return the C function that failed} */
    public String function() {
        return function;
    }

    /**
     * {@return what the function returned: -1, or -2 when a crypto module could not be initialised}
     */
    public long result() {
        return result;
    }

    /** {@return the value of {@code errno}} */
    public int errno() {
        return errno;
    }

    /** {@return the name of {@link #errno()}, such as {@code EINVAL}} */
    public String errnoName() {
        return Errno.name(errno);
    }
}
