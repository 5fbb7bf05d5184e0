package io.knet4j.bench;

import io.knet4j.cli.NumberOption;
import picocli.CommandLine.Option;

/** The option {@code --size} of measurements that send messages of one size. */
public final class MessageSize {
    @Option(
            names = "--size",
            paramLabel = "BYTES",
            converter = Bytes.class,
            defaultValue = "1400",
            description = "Size of the messages. Default: ${DEFAULT-VALUE}.")
    private int bytes;

    /** Bytes of a message that has room for what a measurement puts in. */
    static final class Bytes extends NumberOption.Whole {
        Bytes() {
            super(16, 65_536, " bytes");
        }
    }

    /** {@return bytes of a message} */
    public int bytes() {
        return bytes;
    }
}
