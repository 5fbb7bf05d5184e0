package io.knet4j.interop.junit;

import io.knet4j.interop.LibKnet;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Decides about tests marked {@link RequiresLibKnet}. */
public final class LibKnetCondition implements ExecutionCondition {
    private static final AtomicBoolean PRINTED = new AtomicBoolean();

    /** For JUnit. */
    public LibKnetCondition() {}

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        ConditionEvaluationResult result =
                evaluate(
                        LibKnet.unavailableReason(), Boolean.getBoolean("knet4j.interop.required"));
        if (result.isDisabled() && !PRINTED.getAndSet(true)) {
            System.err.println(result.getReason().orElseThrow());
        }
        return result;
    }

    static ConditionEvaluationResult evaluate(Optional<String> unavailable, boolean required) {
        if (unavailable.isEmpty()) {
            return ConditionEvaluationResult.enabled("the C library is available");
        }
        if (required) {
            throw new IllegalStateException("interop tests are required, but " + unavailable.get());
        }
        return ConditionEvaluationResult.disabled("interop tests skipped: " + unavailable.get());
    }
}
