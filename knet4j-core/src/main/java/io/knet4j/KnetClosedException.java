package io.knet4j;

/** The node, or the host, link or channel of it that was asked, is closed. */
public final class KnetClosedException extends KnetException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message what is closed
     */
    public KnetClosedException(String message) {
        super(Reason.CLOSED, message, null);
    }
}
