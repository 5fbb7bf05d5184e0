package io.knet4j.interop;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The C library {@code libknet.so.1}. First come the functions with their signatures, in the order
 * of {@code libknet.h}; then one method per function, which turns a failure into a {@link
 * LibKnetException}.
 *
 * <p>Loading never fails: where the library is missing {@link #isAvailable()} says so, and every
 * function throws {@link UnsupportedOperationException}.
 */
public final class LibKnet {
    private static final ValueLayout INT = ValueLayout.JAVA_INT;
    private static final ValueLayout INT8 = ValueLayout.JAVA_BYTE;
    private static final ValueLayout UINT8 = ValueLayout.JAVA_BYTE;
    // Java's unsigned 16-bit type: the others would be sign-extended on their way into a register.
    private static final ValueLayout UINT16 = ValueLayout.JAVA_CHAR;
    private static final ValueLayout UINT64 = ValueLayout.JAVA_LONG;
    private static final ValueLayout SIZE = ValueLayout.JAVA_LONG;
    private static final ValueLayout TIME = ValueLayout.JAVA_LONG;

    private static final Library LIBRARY = Library.load();

    private static final MethodHandle HANDLE_NEW_EX =
            bind("knet_handle_new_ex", ADDRESS, UINT16, INT, UINT8, UINT64);
    private static final MethodHandle HANDLE_FREE = bind("knet_handle_free", INT, ADDRESS);
    private static final MethodHandle HANDLE_ENABLE_SOCK_NOTIFY =
            bind("knet_handle_enable_sock_notify", INT, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle HANDLE_ADD_DATAFD =
            bind("knet_handle_add_datafd", INT, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle HANDLE_REMOVE_DATAFD =
            bind("knet_handle_remove_datafd", INT, ADDRESS, INT);
    private static final MethodHandle HANDLE_GET_DATAFD =
            bind("knet_handle_get_datafd", INT, ADDRESS, INT8, ADDRESS);
    private static final MethodHandle HANDLE_GET_CHANNEL =
            bind("knet_handle_get_channel", INT, ADDRESS, INT, ADDRESS);
    private static final MethodHandle HANDLE_ENABLE_FILTER =
            bind("knet_handle_enable_filter", INT, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle HANDLE_SETFWD = bind("knet_handle_setfwd", INT, ADDRESS, INT);
    private static final MethodHandle HANDLE_ENABLE_ACCESS_LISTS =
            bind("knet_handle_enable_access_lists", INT, ADDRESS, INT);
    private static final MethodHandle HANDLE_PMTUD_SETFREQ =
            bind("knet_handle_pmtud_setfreq", INT, ADDRESS, INT);
    private static final MethodHandle HANDLE_PMTUD_GETFREQ =
            bind("knet_handle_pmtud_getfreq", INT, ADDRESS, ADDRESS);
    private static final MethodHandle HANDLE_ENABLE_PMTUD_NOTIFY =
            bind("knet_handle_enable_pmtud_notify", INT, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle HANDLE_PMTUD_SET =
            bind("knet_handle_pmtud_set", INT, ADDRESS, INT);
    private static final MethodHandle HANDLE_PMTUD_GET =
            bind("knet_handle_pmtud_get", INT, ADDRESS, ADDRESS);
    private static final MethodHandle HANDLE_CRYPTO =
            bind("knet_handle_crypto", INT, ADDRESS, ADDRESS);
    private static final MethodHandle HANDLE_CRYPTO_SET_CONFIG =
            bind("knet_handle_crypto_set_config", INT, ADDRESS, ADDRESS, UINT8);
    private static final MethodHandle HANDLE_CRYPTO_USE_CONFIG =
            bind("knet_handle_crypto_use_config", INT, ADDRESS, UINT8);
    private static final MethodHandle HANDLE_CRYPTO_RX_CLEAR_TRAFFIC =
            bind("knet_handle_crypto_rx_clear_traffic", INT, ADDRESS, UINT8);
    private static final MethodHandle HANDLE_COMPRESS =
            bind("knet_handle_compress", INT, ADDRESS, ADDRESS);
    private static final MethodHandle HANDLE_GET_STATS =
            bind("knet_handle_get_stats", INT, ADDRESS, ADDRESS, SIZE);
    private static final MethodHandle HANDLE_CLEAR_STATS =
            bind("knet_handle_clear_stats", INT, ADDRESS, INT);

    private static final MethodHandle RECV = bind("knet_recv", SIZE, ADDRESS, ADDRESS, SIZE, INT8);
    private static final MethodHandle SEND = bind("knet_send", SIZE, ADDRESS, ADDRESS, SIZE, INT8);
    private static final MethodHandle SEND_SYNC =
            bind("knet_send_sync", INT, ADDRESS, ADDRESS, SIZE, INT8);

    private static final MethodHandle HOST_ADD = bind("knet_host_add", INT, ADDRESS, UINT16);
    private static final MethodHandle HOST_REMOVE = bind("knet_host_remove", INT, ADDRESS, UINT16);
    private static final MethodHandle HOST_SET_NAME =
            bind("knet_host_set_name", INT, ADDRESS, UINT16, ADDRESS);
    private static final MethodHandle HOST_GET_NAME_BY_HOST_ID =
            bind("knet_host_get_name_by_host_id", INT, ADDRESS, UINT16, ADDRESS);
    private static final MethodHandle HOST_GET_HOST_LIST =
            bind("knet_host_get_host_list", INT, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle HOST_SET_POLICY =
            bind("knet_host_set_policy", INT, ADDRESS, UINT16, UINT8);
    private static final MethodHandle HOST_ENABLE_STATUS_CHANGE_NOTIFY =
            bind("knet_host_enable_status_change_notify", INT, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle HOST_GET_STATUS =
            bind("knet_host_get_status", INT, ADDRESS, UINT16, ADDRESS);

    private static final MethodHandle LINK_SET_CONFIG =
            bind(
                    "knet_link_set_config",
                    INT,
                    ADDRESS,
                    UINT16,
                    UINT8,
                    UINT8,
                    ADDRESS,
                    ADDRESS,
                    UINT64);
    private static final MethodHandle LINK_CLEAR_CONFIG =
            bind("knet_link_clear_config", INT, ADDRESS, UINT16, UINT8);
    private static final MethodHandle LINK_ADD_ACL =
            bind("knet_link_add_acl", INT, ADDRESS, UINT16, UINT8, ADDRESS, ADDRESS, INT, INT);
    private static final MethodHandle LINK_INSERT_ACL =
            bind(
                    "knet_link_insert_acl",
                    INT,
                    ADDRESS,
                    UINT16,
                    UINT8,
                    INT,
                    ADDRESS,
                    ADDRESS,
                    INT,
                    INT);
    private static final MethodHandle LINK_RM_ACL =
            bind("knet_link_rm_acl", INT, ADDRESS, UINT16, UINT8, ADDRESS, ADDRESS, INT, INT);
    private static final MethodHandle LINK_CLEAR_ACL =
            bind("knet_link_clear_acl", INT, ADDRESS, UINT16, UINT8);
    private static final MethodHandle LINK_SET_ENABLE =
            bind("knet_link_set_enable", INT, ADDRESS, UINT16, UINT8, INT);
    private static final MethodHandle LINK_GET_ENABLE =
            bind("knet_link_get_enable", INT, ADDRESS, UINT16, UINT8, ADDRESS);
    private static final MethodHandle LINK_SET_PING_TIMERS =
            bind("knet_link_set_ping_timers", INT, ADDRESS, UINT16, UINT8, TIME, TIME, INT);
    private static final MethodHandle LINK_SET_PONG_COUNT =
            bind("knet_link_set_pong_count", INT, ADDRESS, UINT16, UINT8, UINT8);
    private static final MethodHandle LINK_SET_PRIORITY =
            bind("knet_link_set_priority", INT, ADDRESS, UINT16, UINT8, UINT8);
    private static final MethodHandle LINK_GET_LINK_LIST =
            bind("knet_link_get_link_list", INT, ADDRESS, UINT16, ADDRESS, ADDRESS);
    private static final MethodHandle LINK_GET_STATUS =
            bind("knet_link_get_status", INT, ADDRESS, UINT16, UINT8, ADDRESS, SIZE);

    private static final MethodHandle LOG_SET_LOGLEVEL =
            bind("knet_log_set_loglevel", INT, ADDRESS, UINT8, UINT8);
    private static final MethodHandle LOG_GET_SUBSYSTEM_NAME =
            bind("knet_log_get_subsystem_name", ADDRESS, UINT8);

    /**
     * The signatures of the callbacks, for the handles passed to the functions that install them.
     */
    @SuppressWarnings("restricted")
    static final class Callbacks {
        static final FunctionDescriptor SOCK_NOTIFY =
                FunctionDescriptor.ofVoid(ADDRESS, INT, INT8, UINT8, INT, INT);
        static final FunctionDescriptor FILTER =
                FunctionDescriptor.of(
                        INT,
                        ADDRESS,
                        ADDRESS,
                        SIZE,
                        UINT8,
                        UINT16,
                        UINT16,
                        ADDRESS.withTargetLayout(INT8),
                        ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(MAX_HOST, UINT16)),
                        ADDRESS.withTargetLayout(SIZE));
        static final FunctionDescriptor PMTUD_NOTIFY = FunctionDescriptor.ofVoid(ADDRESS, INT);
        static final FunctionDescriptor HOST_STATUS =
                FunctionDescriptor.ofVoid(ADDRESS, UINT16, UINT8, UINT8, UINT8);

        private Callbacks() {}
    }

    static final int MAX_HOST = 65536;
    static final int MAX_LINK = 8;
    static final int MAX_PACKET_SIZE = 65536;
    static final int TRANSPORT_LOOPBACK = 0;
    static final int TRANSPORT_UDP = 1;

    private LibKnet() {}

    /** {@return whether the C library can be used here} */
    public static boolean isAvailable() {
        return LIBRARY.lookup() != null;
    }

    /** {@return why the C library cannot be used, in one line; empty when it can} */
    public static Optional<String> unavailableReason() {
        return Optional.ofNullable(LIBRARY.unavailableReason());
    }

    static MemorySegment handleNewEx(int hostId, int logFd, int logLevel, long flags) {
        try {
            MemorySegment result =
                    (MemorySegment)
                            HANDLE_NEW_EX.invokeExact(
                                    NativeCalls.capture(),
                                    (char) hostId,
                                    logFd,
                                    (byte) logLevel,
                                    flags);
            if (result.address() == 0) {
                throw new LibKnetException("knet_handle_new_ex", 0, NativeCalls.errno());
            }
            return result;
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void handleFree(MemorySegment knet) {
        try {
            int result = (int) HANDLE_FREE.invokeExact(NativeCalls.capture(), knet);
            check("knet_handle_free", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void handleEnableSockNotify(
            MemorySegment knet, MemorySegment data, MemorySegment function) {
        try {
            int result =
                    (int)
                            HANDLE_ENABLE_SOCK_NOTIFY.invokeExact(
                                    NativeCalls.capture(), knet, data, function);
            check("knet_handle_enable_sock_notify", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void handleAddDatafd(MemorySegment knet, MemorySegment datafd, MemorySegment channel) {
        try {
            int result =
                    (int)
                            HANDLE_ADD_DATAFD.invokeExact(
                                    NativeCalls.capture(), knet, datafd, channel);
            check("knet_handle_add_datafd", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void handleRemoveDatafd(MemorySegment knet, int datafd) {
        try {
            int result =
                    (int) HANDLE_REMOVE_DATAFD.invokeExact(NativeCalls.capture(), knet, datafd);
            check("knet_handle_remove_datafd", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void handleGetDatafd(MemorySegment knet, int channel, MemorySegment datafd) {
        try {
            int result =
                    (int)
                            HANDLE_GET_DATAFD.invokeExact(
                                    NativeCalls.capture(), knet, (byte) channel, datafd);
            check("knet_handle_get_datafd", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void handleGetChannel(MemorySegment knet, int datafd, MemorySegment channel) {
        try {
            int result =
                    (int)
                            HANDLE_GET_CHANNEL.invokeExact(
                                    NativeCalls.capture(), knet, datafd, channel);
            check("knet_handle_get_channel", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void handleEnableFilter(MemorySegment knet, MemorySegment data, MemorySegment function) {
        try {
            int result =
                    (int)
                            HANDLE_ENABLE_FILTER.invokeExact(
                                    NativeCalls.capture(), knet, data, function);
            check("knet_handle_enable_filter", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void handleSetfwd(MemorySegment knet, int enabled) {
        try {
            int result = (int) HANDLE_SETFWD.invokeExact(NativeCalls.capture(), knet, enabled);
            check("knet_handle_setfwd", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void handleEnableAccessLists(MemorySegment knet, int enabled) {
        try {
            int result =
                    (int)
                            HANDLE_ENABLE_ACCESS_LISTS.invokeExact(
                                    NativeCalls.capture(), knet, enabled);
            check("knet_handle_enable_access_lists", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void handlePmtudSetfreq(MemorySegment knet, int seconds) {
        try {
            int result =
                    (int) HANDLE_PMTUD_SETFREQ.invokeExact(NativeCalls.capture(), knet, seconds);
            check("knet_handle_pmtud_setfreq", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void handlePmtudGetfreq(MemorySegment knet, MemorySegment seconds) {
        try {
            int result =
                    (int) HANDLE_PMTUD_GETFREQ.invokeExact(NativeCalls.capture(), knet, seconds);
            check("knet_handle_pmtud_getfreq", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void handleEnablePmtudNotify(
            MemorySegment knet, MemorySegment data, MemorySegment function) {
        try {
            int result =
                    (int)
                            HANDLE_ENABLE_PMTUD_NOTIFY.invokeExact(
                                    NativeCalls.capture(), knet, data, function);
            check("knet_handle_enable_pmtud_notify", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void handlePmtudSet(MemorySegment knet, int interfaceMtu) {
        try {
            int result =
                    (int) HANDLE_PMTUD_SET.invokeExact(NativeCalls.capture(), knet, interfaceMtu);
            check("knet_handle_pmtud_set", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void handlePmtudGet(MemorySegment knet, MemorySegment dataMtu) {
        try {
            int result = (int) HANDLE_PMTUD_GET.invokeExact(NativeCalls.capture(), knet, dataMtu);
            check("knet_handle_pmtud_get", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void handleCrypto(MemorySegment knet, MemorySegment config) {
        try {
            int result = (int) HANDLE_CRYPTO.invokeExact(NativeCalls.capture(), knet, config);
            check("knet_handle_crypto", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void handleCryptoSetConfig(MemorySegment knet, MemorySegment config, int slot) {
        try {
            int result =
                    (int)
                            HANDLE_CRYPTO_SET_CONFIG.invokeExact(
                                    NativeCalls.capture(), knet, config, (byte) slot);
            check("knet_handle_crypto_set_config", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void handleCryptoUseConfig(MemorySegment knet, int slot) {
        try {
            int result =
                    (int)
                            HANDLE_CRYPTO_USE_CONFIG.invokeExact(
                                    NativeCalls.capture(), knet, (byte) slot);
            check("knet_handle_crypto_use_config", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void handleCryptoRxClearTraffic(MemorySegment knet, int value) {
        try {
            int result =
                    (int)
                            HANDLE_CRYPTO_RX_CLEAR_TRAFFIC.invokeExact(
                                    NativeCalls.capture(), knet, (byte) value);
            check("knet_handle_crypto_rx_clear_traffic", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void handleCompress(MemorySegment knet, MemorySegment config) {
        try {
            int result = (int) HANDLE_COMPRESS.invokeExact(NativeCalls.capture(), knet, config);
            check("knet_handle_compress", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void handleGetStats(MemorySegment knet, MemorySegment stats, long size) {
        try {
            int result =
                    (int) HANDLE_GET_STATS.invokeExact(NativeCalls.capture(), knet, stats, size);
            check("knet_handle_get_stats", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void handleClearStats(MemorySegment knet, int option) {
        try {
            int result = (int) HANDLE_CLEAR_STATS.invokeExact(NativeCalls.capture(), knet, option);
            check("knet_handle_clear_stats", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static long recv(MemorySegment knet, MemorySegment buffer, long length, int channel) {
        try {
            long result =
                    (long)
                            RECV.invokeExact(
                                    NativeCalls.capture(), knet, buffer, length, (byte) channel);
            if (result < 0 && NativeCalls.errno() == Errno.EAGAIN) {
                return -1;
            }
            check("knet_recv", result);
            return result;
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static long send(MemorySegment knet, MemorySegment buffer, long length, int channel) {
        try {
            long result =
                    (long)
                            SEND.invokeExact(
                                    NativeCalls.capture(), knet, buffer, length, (byte) channel);
            if (result < 0 && NativeCalls.errno() == Errno.EAGAIN) {
                return -1;
            }
            check("knet_send", result);
            return result;
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void sendSync(MemorySegment knet, MemorySegment buffer, long length, int channel) {
        try {
            int result =
                    (int)
                            SEND_SYNC.invokeExact(
                                    NativeCalls.capture(), knet, buffer, length, (byte) channel);
            check("knet_send_sync", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void hostAdd(MemorySegment knet, int hostId) {
        try {
            int result = (int) HOST_ADD.invokeExact(NativeCalls.capture(), knet, (char) hostId);
            check("knet_host_add", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void hostRemove(MemorySegment knet, int hostId) {
        try {
            int result = (int) HOST_REMOVE.invokeExact(NativeCalls.capture(), knet, (char) hostId);
            check("knet_host_remove", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void hostSetName(MemorySegment knet, int hostId, MemorySegment name) {
        try {
            int result =
                    (int)
                            HOST_SET_NAME.invokeExact(
                                    NativeCalls.capture(), knet, (char) hostId, name);
            check("knet_host_set_name", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void hostGetNameByHostId(MemorySegment knet, int hostId, MemorySegment name) {
        try {
            int result =
                    (int)
                            HOST_GET_NAME_BY_HOST_ID.invokeExact(
                                    NativeCalls.capture(), knet, (char) hostId, name);
            check("knet_host_get_name_by_host_id", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void hostGetHostList(MemorySegment knet, MemorySegment hostIds, MemorySegment count) {
        try {
            int result =
                    (int)
                            HOST_GET_HOST_LIST.invokeExact(
                                    NativeCalls.capture(), knet, hostIds, count);
            check("knet_host_get_host_list", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void hostSetPolicy(MemorySegment knet, int hostId, int policy) {
        try {
            int result =
                    (int)
                            HOST_SET_POLICY.invokeExact(
                                    NativeCalls.capture(), knet, (char) hostId, (byte) policy);
            check("knet_host_set_policy", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void hostEnableStatusChangeNotify(
            MemorySegment knet, MemorySegment data, MemorySegment function) {
        try {
            int result =
                    (int)
                            HOST_ENABLE_STATUS_CHANGE_NOTIFY.invokeExact(
                                    NativeCalls.capture(), knet, data, function);
            check("knet_host_enable_status_change_notify", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void hostGetStatus(MemorySegment knet, int hostId, MemorySegment status) {
        try {
            int result =
                    (int)
                            HOST_GET_STATUS.invokeExact(
                                    NativeCalls.capture(), knet, (char) hostId, status);
            check("knet_host_get_status", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void linkSetConfig(
            MemorySegment knet,
            int hostId,
            int linkId,
            int transport,
            MemorySegment source,
            MemorySegment destination,
            long flags) {
        try {
            int result =
                    (int)
                            LINK_SET_CONFIG.invokeExact(
                                    NativeCalls.capture(),
                                    knet,
                                    (char) hostId,
                                    (byte) linkId,
                                    (byte) transport,
                                    source,
                                    destination,
                                    flags);
            check("knet_link_set_config", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void linkClearConfig(MemorySegment knet, int hostId, int linkId) {
        try {
            int result =
                    (int)
                            LINK_CLEAR_CONFIG.invokeExact(
                                    NativeCalls.capture(), knet, (char) hostId, (byte) linkId);
            check("knet_link_clear_config", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void linkAddAcl(
            MemorySegment knet,
            int hostId,
            int linkId,
            MemorySegment first,
            MemorySegment second,
            int type,
            int action) {
        try {
            int result =
                    (int)
                            LINK_ADD_ACL.invokeExact(
                                    NativeCalls.capture(),
                                    knet,
                                    (char) hostId,
                                    (byte) linkId,
                                    first,
                                    second,
                                    type,
                                    action);
            check("knet_link_add_acl", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void linkInsertAcl(
            MemorySegment knet,
            int hostId,
            int linkId,
            int index,
            MemorySegment first,
            MemorySegment second,
            int type,
            int action) {
        try {
            int result =
                    (int)
                            LINK_INSERT_ACL.invokeExact(
                                    NativeCalls.capture(),
                                    knet,
                                    (char) hostId,
                                    (byte) linkId,
                                    index,
                                    first,
                                    second,
                                    type,
                                    action);
            check("knet_link_insert_acl", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void linkRmAcl(
            MemorySegment knet,
            int hostId,
            int linkId,
            MemorySegment first,
            MemorySegment second,
            int type,
            int action) {
        try {
            int result =
                    (int)
                            LINK_RM_ACL.invokeExact(
                                    NativeCalls.capture(),
                                    knet,
                                    (char) hostId,
                                    (byte) linkId,
                                    first,
                                    second,
                                    type,
                                    action);
            check("knet_link_rm_acl", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void linkClearAcl(MemorySegment knet, int hostId, int linkId) {
        try {
            int result =
                    (int)
                            LINK_CLEAR_ACL.invokeExact(
                                    NativeCalls.capture(), knet, (char) hostId, (byte) linkId);
            check("knet_link_clear_acl", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void linkSetEnable(MemorySegment knet, int hostId, int linkId, int enabled) {
        try {
            int result =
                    (int)
                            LINK_SET_ENABLE.invokeExact(
                                    NativeCalls.capture(),
                                    knet,
                                    (char) hostId,
                                    (byte) linkId,
                                    enabled);
            check("knet_link_set_enable", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void linkGetEnable(MemorySegment knet, int hostId, int linkId, MemorySegment enabled) {
        try {
            int result =
                    (int)
                            LINK_GET_ENABLE.invokeExact(
                                    NativeCalls.capture(),
                                    knet,
                                    (char) hostId,
                                    (byte) linkId,
                                    enabled);
            check("knet_link_get_enable", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void linkSetPingTimers(
            MemorySegment knet,
            int hostId,
            int linkId,
            long interval,
            long timeout,
            int precision) {
        try {
            int result =
                    (int)
                            LINK_SET_PING_TIMERS.invokeExact(
                                    NativeCalls.capture(),
                                    knet,
                                    (char) hostId,
                                    (byte) linkId,
                                    interval,
                                    timeout,
                                    precision);
            check("knet_link_set_ping_timers", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void linkSetPongCount(MemorySegment knet, int hostId, int linkId, int count) {
        try {
            int result =
                    (int)
                            LINK_SET_PONG_COUNT.invokeExact(
                                    NativeCalls.capture(),
                                    knet,
                                    (char) hostId,
                                    (byte) linkId,
                                    (byte) count);
            check("knet_link_set_pong_count", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void linkSetPriority(MemorySegment knet, int hostId, int linkId, int priority) {
        try {
            int result =
                    (int)
                            LINK_SET_PRIORITY.invokeExact(
                                    NativeCalls.capture(),
                                    knet,
                                    (char) hostId,
                                    (byte) linkId,
                                    (byte) priority);
            check("knet_link_set_priority", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void linkGetLinkList(
            MemorySegment knet, int hostId, MemorySegment linkIds, MemorySegment count) {
        try {
            int result =
                    (int)
                            LINK_GET_LINK_LIST.invokeExact(
                                    NativeCalls.capture(), knet, (char) hostId, linkIds, count);
            check("knet_link_get_link_list", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void linkGetStatus(
            MemorySegment knet, int hostId, int linkId, MemorySegment status, long size) {
        try {
            int result =
                    (int)
                            LINK_GET_STATUS.invokeExact(
                                    NativeCalls.capture(),
                                    knet,
                                    (char) hostId,
                                    (byte) linkId,
                                    status,
                                    size);
            check("knet_link_get_status", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    static void logSetLoglevel(MemorySegment knet, int subsystem, int level) {
        try {
            int result =
                    (int)
                            LOG_SET_LOGLEVEL.invokeExact(
                                    NativeCalls.capture(), knet, (byte) subsystem, (byte) level);
            check("knet_log_set_loglevel", result);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    @SuppressWarnings("restricted")
    static String logGetSubsystemName(int subsystem) {
        try {
            MemorySegment name =
                    (MemorySegment)
                            LOG_GET_SUBSYSTEM_NAME.invokeExact(
                                    NativeCalls.capture(), (byte) subsystem);
            return name.reinterpret(64).getString(0);
        } catch (Throwable t) {
            throw NativeCalls.unexpected(t);
        }
    }

    private static void check(String function, long result) {
        if (result < 0) {
            throw new LibKnetException(function, result, NativeCalls.errno());
        }
    }

    private static MethodHandle bind(
            String function, MemoryLayout result, MemoryLayout... arguments) {
        return NativeCalls.bind(
                LIBRARY.lookup(), function, FunctionDescriptor.of(result, arguments));
    }

    private record Library(@Nullable SymbolLookup lookup, @Nullable String unavailableReason) {
        private static final String NAME = "libknet.so.1";

        @SuppressWarnings("restricted")
        static Library load() {
            if (ADDRESS.byteSize() != 8 || !System.getProperty("os.name").equals("Linux")) {
                return new Library(null, NAME + " is supported on 64-bit Linux only");
            }
            try {
                return new Library(SymbolLookup.libraryLookup(NAME, Arena.global()), null);
            } catch (IllegalCallerException e) {
                return new Library(
                        null,
                        "native access is denied; run with --enable-native-access="
                                + nativeAccessName());
            } catch (IllegalArgumentException e) {
                return new Library(null, NAME + " not found; install libknet1");
            } catch (RuntimeException | LinkageError e) {
                return new Library(null, NAME + " could not be loaded: " + e);
            }
        }

        private static String nativeAccessName() {
            Module module = LibKnet.class.getModule();
            return module.isNamed() ? module.getName() : "ALL-UNNAMED";
        }
    }
}
