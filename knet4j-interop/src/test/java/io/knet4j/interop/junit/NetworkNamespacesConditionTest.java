package io.knet4j.interop.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;

class NetworkNamespacesConditionTest {
    private static final Optional<String> MISSING =
            Optional.of("network namespaces are not available: not root");

    @Test
    void testsRunWhereNamespacesAre() {
        assertFalse(NetworkNamespacesCondition.evaluate(Optional.empty(), true).isDisabled());
    }

    @Test
    void testsAreSkippedWithAReasonWhereTheyAreNot() {
        ConditionEvaluationResult result = NetworkNamespacesCondition.evaluate(MISSING, false);
        assertTrue(result.isDisabled());
        assertEquals(
                "tests in network namespaces skipped: network namespaces are not available: not root",
                result.getReason().orElseThrow());
    }

    @Test
    void missingNamespacesAreAFailureWhereTheyAreRequired() {
        assertThrows(
                IllegalStateException.class,
                () -> NetworkNamespacesCondition.evaluate(MISSING, true));
    }
}
