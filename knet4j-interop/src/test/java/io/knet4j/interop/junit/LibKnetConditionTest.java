package io.knet4j.interop.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;

class LibKnetConditionTest {
    private static final Optional<String> MISSING =
            Optional.of("libknet.so.1 not found; install libknet1");

    @Test
    void testsRunWhereTheLibraryIs() {
        assertFalse(LibKnetCondition.evaluate(Optional.empty(), true).isDisabled());
    }

    @Test
    void testsAreSkippedWithAReasonWhereItIsNot() {
        ConditionEvaluationResult result = LibKnetCondition.evaluate(MISSING, false);
        assertTrue(result.isDisabled());
        assertEquals(
                "interop tests skipped: libknet.so.1 not found; install libknet1",
                result.getReason().orElseThrow());
    }

    @Test
    void missingLibraryIsAFailureWhereItIsRequired() {
        assertThrows(IllegalStateException.class, () -> LibKnetCondition.evaluate(MISSING, true));
    }
}
