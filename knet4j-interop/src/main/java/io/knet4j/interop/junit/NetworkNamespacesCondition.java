package io.knet4j.interop.junit;

import io.knet4j.interop.netns.Namespace;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Decides about tests marked {@link RequiresNetworkNamespaces}. */
public final class NetworkNamespacesCondition implements ExecutionCondition {
    private static final AtomicBoolean PRINTED = new AtomicBoolean();

    /** For JUnit. */
    public NetworkNamespacesCondition() {}

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        ConditionEvaluationResult result =
                evaluate(
                        Namespace.unavailableReason(), Boolean.getBoolean("knet4j.netns.required"));
        if (result.isDisabled() && !PRINTED.getAndSet(true)) {
            System.err.println(result.getReason().orElseThrow());
        }
        return result;
    }

    static ConditionEvaluationResult evaluate(Optional<String> unavailable, boolean required) {
        if (unavailable.isEmpty()) {
            return ConditionEvaluationResult.enabled("network namespaces are available");
        }
        if (required) {
            throw new IllegalStateException(
                    "tests in network namespaces are required, but " + unavailable.get());
        }
        return ConditionEvaluationResult.disabled(
                "tests in network namespaces skipped: " + unavailable.get());
    }
}
