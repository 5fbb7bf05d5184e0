package io.knet4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReasonTest {
    private static final String TABLE =
            """
            INVALID_ARGUMENT EINVAL
            MESSAGE_SIZE EINVAL
            CHANNEL_NOT_OPEN EINVAL
            NOT_FOUND EINVAL
            CLOSED EINVAL
            NO_DESTINATION EINVAL
            ALREADY_EXISTS EEXIST
            SLOT_IN_USE EBUSY
            UNKNOWN_ALGORITHM ENXIO
            NO_FILTER ENETDOWN
            FORWARDING_DISABLED ECANCELED
            FILTER_FAILED EFAULT
            TOO_MANY_DESTINATIONS E2BIG
            UNKNOWN_MESSAGE_TYPE ENOMSG
            HOST_DOWN EHOSTDOWN
            ENCRYPTION_FAILED ECHILD
            NO_PROGRESS EAGAIN
            QUEUE_FULL EAGAIN
            TOO_MANY_FRAGMENTS EMSGSIZE
            DATAGRAM_TOO_LARGE EMSGSIZE
            NETWORK_UNREACHABLE ENETUNREACH
            NOT_PERMITTED EPERM
            ADDRESS_UNAVAILABLE EADDRINUSE
            SOCKET_FAILED EIO
            INTERRUPTED EINTR
            """;

    @Test
    void everyReasonStandsForTheErrnoOfLibknet() {
        Map<Reason, String> expected = new EnumMap<>(Reason.class);
        TABLE.lines()
                .map(line -> line.split(" "))
                .forEach(words -> expected.put(Reason.valueOf(words[0]), words[1]));
        assertThat(
                        Arrays.stream(Reason.values())
                                .collect(Collectors.toMap(reason -> reason, Reason::errno)))
                .isEqualTo(expected);
    }
}
