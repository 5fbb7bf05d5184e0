package io.knet4j;

import org.jspecify.annotations.Nullable;

/** An operation of knet4j failed; {@link #reason()} says why. */
public abstract sealed class KnetException extends RuntimeException
        permits ConfigurationException, SendException, KnetClosedException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    KnetException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /**
     * Why the operation failed.
     *
     * @return one of the reasons that the method documents
     */
    public final Reason reason() {
        return reason;
    }
}
