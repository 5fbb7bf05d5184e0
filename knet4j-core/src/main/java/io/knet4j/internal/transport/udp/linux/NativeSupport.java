package io.knet4j.internal.transport.udp.linux;

import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Whether this process may and can call the functions of {@link LibC}. */
public final class NativeSupport {
    private NativeSupport() {}

    /** Whether the operating system is the right one. */
    static boolean isLinux() {
        return System.getProperty("os.name", "").equals("Linux");
    }

    /** Whether this module may call native functions. */
    static boolean isPermitted() {
        return NativeSupport.class.getModule().isNativeAccessEnabled();
    }

    /** The option of the {@code java} command that permits it. */
    static String permission() {
        String name = NativeSupport.class.getModule().getName();
        return "--enable-native-access=" + (name == null ? "ALL-UNNAMED" : name);
    }

    /** Says what is missing for sockets of Linux itself, null when nothing is. */
    public static @Nullable String problem() {
        String processor = System.getProperty("os.arch", "");
        if (!isLinux()) {
            return "this is not Linux";
        }
        if (!isX86(processor) && !processor.equals("aarch64")) {
            return "the structures of Linux on " + processor + " are not known";
        }
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            return "the processor is big-endian";
        }
        return isPermitted() ? null : "native access is not enabled: run java with " + permission();
    }

    private static boolean isX86(String processor) {
        return processor.equals("amd64") || processor.equals("x86_64");
    }

    /** {@code struct epoll_event} is packed on x86-64 only. */
    static boolean packsEvents() {
        return isX86(System.getProperty("os.arch", ""));
    }
}
