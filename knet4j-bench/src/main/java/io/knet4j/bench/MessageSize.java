package io.knet4j.bench;

import io.knet4j.cli.NumberOption;

/** What {@code --size} takes: bytes of a message that has room for what a measurement puts in. */
public final class MessageSize extends NumberOption.Whole {
    MessageSize() {
        super(16, 65_536, " bytes");
    }
}
