package io.knet4j;

import org.jspecify.annotations.Nullable;

/**
 * A configuration was refused; nothing was changed. The message names the field, the value and what
 * is allowed.
 */
public final class ConfigurationException extends KnetException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param reason why
     * @param message for people
     */
    public ConfigurationException(Reason reason, String message) {
        this(reason, message, null);
    }

    /**
     * Makes an exception.
     *
     * @param reason why
     * @param message for people
     * @param cause what was thrown below, if anything
     */
    public ConfigurationException(Reason reason, String message, @Nullable Throwable cause) {
        super(reason, message, cause);
    }

    /**
     * A value is out of its range.
     *
     * @param field name of the setting
     * @param value what was given
     * @param allowed what is allowed
     * @return the exception, with {@link Reason#INVALID_ARGUMENT}
     */
    public static ConfigurationException invalid(String field, Object value, String allowed) {
        return new ConfigurationException(
                Reason.INVALID_ARGUMENT,
                field + ": value " + value + " is not allowed; allowed: " + allowed);
    }

    /**
     * A name is not known.
     *
     * @param field name of the setting
     * @param value what was given
     * @param allowed what is allowed
     * @return the exception, with {@link Reason#UNKNOWN_ALGORITHM}
     */
    public static ConfigurationException unknown(String field, String value, String allowed) {
        return new ConfigurationException(
                Reason.UNKNOWN_ALGORITHM,
                field + ": value '" + value + "' is not known; allowed: " + allowed);
    }
}
