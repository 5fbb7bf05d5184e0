package io.knet4j.interop;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs the steps of a shutdown to the end although some fail. */
final class Failures {
    private @Nullable RuntimeException first;

    boolean run(Runnable step) {
        return get(
                () -> {
                    step.run();
                    return true;
                },
                false);
    }

    <T> T get(Supplier<T> step, T otherwise) {
        try {
            return step.get();
        } catch (RuntimeException e) {
            if (first == null) {
                first = e;
            } else {
                first.addSuppressed(e);
            }
            return otherwise;
        }
    }

    void throwFirst() {
        if (first != null) {
            throw first;
        }
    }
}
