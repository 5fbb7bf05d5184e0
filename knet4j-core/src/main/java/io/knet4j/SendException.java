package io.knet4j;

/** A message was not sent. */
public final class SendException extends KnetException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param reason why
     * @param message for people
     */
    public SendException(Reason reason, String message) {
        super(reason, message, null);
    }
}
