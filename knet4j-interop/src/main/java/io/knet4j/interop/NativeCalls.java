package io.knet4j.interop;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Binds C functions to method handles which capture {@code errno}, and reads the captured value.
 */
final class NativeCalls {
    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout()
                    .varHandle(MemoryLayout.PathElement.groupElement("errno"));

    // One capture area per thread, so that a call allocates nothing.
    private static final ThreadLocal<MemorySegment> CAPTURE =
            ThreadLocal.withInitial(
                    () -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    private NativeCalls() {}

    /** The area to pass as first argument of every bound handle. */
    static MemorySegment capture() {
        return CAPTURE.get();
    }

    /** What {@code errno} was right after this thread's last bound call. */
    static int errno() {
        return (int) ERRNO.get(CAPTURE.get(), 0L);
    }

    /**
     * A handle of type {@code (MemorySegment capture, args...)result}. When the library or the
     * function isn't there, or native access is denied, the handle throws {@link
     * UnsupportedOperationException}: binding itself never fails.
     */
    static MethodHandle bind(
            @Nullable SymbolLookup library, String function, FunctionDescriptor signature) {
        MemorySegment address = library == null ? null : library.find(function).orElse(null);
        if (address == null) {
            return throwing(function + " is not available", signature);
        }
        try {
            return link(address, signature);
        } catch (IllegalCallerException
                | IllegalArgumentException
                | UnsupportedOperationException e) {
            return throwing(function + " cannot be bound: " + e.getMessage(), signature);
        }
    }

    static RuntimeException unexpected(Throwable t) {
        if (t instanceof RuntimeException e) {
            return e;
        }
        if (t instanceof Error e) {
            throw e;
        }
        return new IllegalStateException(t);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle link(MemorySegment address, FunctionDescriptor signature) {
        return Linker.nativeLinker()
                .downcallHandle(address, signature, Linker.Option.captureCallState("errno"));
    }

    private static MethodHandle throwing(String reason, FunctionDescriptor signature) {
        MethodType type = signature.toMethodType().insertParameterTypes(0, MemorySegment.class);
        MethodHandle thrower =
                MethodHandles.throwException(
                        type.returnType(), UnsupportedOperationException.class);
        MethodHandle factory = MethodHandles.insertArguments(NEW_UNSUPPORTED, 0, reason);
        return MethodHandles.dropArguments(
                MethodHandles.foldArguments(thrower, factory), 0, type.parameterList());
    }

    private static final MethodHandle NEW_UNSUPPORTED = newUnsupported();

    private static MethodHandle newUnsupported() {
        try {
            return MethodHandles.lookup()
                    .findConstructor(
                            UnsupportedOperationException.class,
                            MethodType.methodType(void.class, String.class));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("UnsupportedOperationException(String)", e);
        }
    }
}
