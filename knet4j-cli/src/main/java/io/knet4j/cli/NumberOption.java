package io.knet4j.cli;

import java.math.BigDecimal;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the numbers of options, so that an error names what is allowed. */
public final class NumberOption {

    private NumberOption() {}

    /** What a converter of any kind throws for a value that its option does not take. */
    public static TypeConversionException notAllowed(String allowed) {
        return new NotAllowed(allowed);
    }

    /** A value that an option does not take; {@link CommandRunner} words the error. */
    static final class NotAllowed extends TypeConversionException {
        private static final long serialVersionUID = 1L;

        private final String allowed;

        NotAllowed(String allowed) {
            super("allowed: " + allowed);
            this.allowed = allowed;
        }

        String allowed() {
            return allowed;
        }
    }

    /** Whole numbers of a range. */
    public abstract static class Whole implements ITypeConverter<Integer> {
        private final int min;
        private final int max;
        private final String unit;

        protected Whole(int min, int max, String unit) {
            this.min = min;
            this.max = max;
            this.unit = unit;
        }

        @Override
        public final Integer convert(String text) {
            try {
                int value = Integer.parseInt(text);
                if (value >= min && value <= max) {
                    return value;
                }
            } catch (NumberFormatException _) {
                // told below
            }
            throw new NotAllowed(min + " to " + max + unit);
        }
    }

    /** Any whole number that a long holds. */
    public static final class Any implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException _) {
                throw new NotAllowed("a whole number of up to 18 digits");
            }
        }
    }

    /** Seconds, with fractions, of up to a day. */
    public static class Seconds implements ITypeConverter<BigDecimal> {
        private static final BigDecimal MAX = BigDecimal.valueOf(86_400);

        private final BigDecimal min;

        public Seconds() {
            this(BigDecimal.ZERO);
        }

        protected Seconds(BigDecimal min) {
            this.min = min;
        }

        @Override
        public final BigDecimal convert(String text) {
            try {
                BigDecimal value = new BigDecimal(text);
                if (value.compareTo(min) >= 0 && value.compareTo(MAX) <= 0) {
                    return value;
                }
            } catch (NumberFormatException _) {
                // told below
            }
            throw new NotAllowed(min + " to " + MAX + " seconds");
        }

        /** The time that an option gave, to the millisecond. */
        public static Duration duration(BigDecimal seconds) {
            return Duration.ofMillis(seconds.movePointRight(3).longValue());
        }
    }
}
