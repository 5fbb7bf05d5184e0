package io.knet4j.interop;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import org.junit.jupiter.api.Test;

class NativeCallsTest {
    @Test
    void functionOfAMissingLibraryThrowsWhenCalled() {
        MethodHandle handle =
                NativeCalls.bind(null, "knet_nothing", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
        UnsupportedOperationException e =
                assertThrows(
                        UnsupportedOperationException.class,
                        () -> {
                            int _ = (int) handle.invokeExact(NativeCalls.capture(), 1);
                        });
        assertEquals("knet_nothing is not available", e.getMessage());
    }
}
