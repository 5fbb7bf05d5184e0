package io.knet4j.internal.transport.udp.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Reason;
import io.knet4j.UdpFeature;
import io.knet4j.internal.transport.OutgoingBatch;
import io.knet4j.internal.transport.Path;
import io.knet4j.internal.transport.Transport;
import io.knet4j.internal.transport.udp.Ends;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How datagrams are handed to the kernel, and what becomes of them when it does not take them. */
@EnabledOnOs(OS.LINUX)
class BatchSenderTest {
    private static final Object OWNER = new Object();
    private static final int ALL = Integer.MAX_VALUE;

    private final OutgoingBatch batch = new OutgoingBatch(ByteBuffer.allocateDirect(1 << 20), 4096);
    private final ByteBuffer ring = ByteBuffer.allocateDirect(1 << 20);
    private int used;
    private final List<LinuxSocket> sockets = new ArrayList<>();

    /** Messages of all calls: lengths of their pieces of memory, and segment sizes. */
    private final List<Call> calls = new ArrayList<>();

    /** What the calls return; then all is taken. */
    private final Queue<Integer> results = new ArrayDeque<>();

    private final BatchSender.Kernel kernel = this::take;
    private final BatchSender sender = new BatchSender(batch, kernel);

    private record Message(RawAddress to, List<Integer> pieces, int segment) {
        int length() {
            return pieces.stream().mapToInt(Integer::intValue).sum();
        }
    }

    private record Call(int fd, List<Message> messages) {
        List<Integer> lengths() {
            return messages.stream().map(Message::length).toList();
        }

        List<Integer> segments() {
            return messages.stream().map(Message::segment).toList();
        }
    }

    private int take(int fd, MessageHeaders headers, int first, int count) {
        List<Message> messages = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            messages.add(
                    new Message(
                            RawAddress.read(headers.memory(), headers.name(i)),
                            headers.pieces(i),
                            headers.segments(i)));
        }
        calls.add(new Call(fd, messages));
        Integer result = results.poll();
        return result == null ? count : Math.min(count, result);
    }

    @BeforeEach
    void openSockets() throws IOException {
        SocketSetup setup = new SocketSetup(Set.of(UdpFeature.SEGMENTATION_OFFLOAD));
        for (int i = 0; i < 2; i++) {
            sockets.add(
                    setup.open(
                            Ends.any("127.0.0.1"), new Transport.SocketOptions(1 << 16, 0), false));
        }
    }

    @AfterEach
    void closeSockets() {
        sockets.forEach(socket -> socket.descriptor().close());
    }

    private Path path(int socket, int port) {
        return new LinuxPath(
                sockets.get(socket),
                new InetSocketAddress(Ends.any("127.0.0.1").getAddress(), port));
    }

    private void add(Path path, int... lengths) {
        for (int length : lengths) {
            batch.add(path, batch.reserve(), length, OWNER);
            batch.commit(length);
        }
    }

    /** Adds datagrams with heads of 14 bytes, and tails that follow each other. */
    private void addWithTails(Path path, int... lengths) {
        for (int length : lengths) {
            batch.add(path, batch.reserve(), 14, ring, used, length - 14, OWNER);
            batch.commit(14);
            used += length - 14;
        }
    }

    private static int[] repeat(int count, int length) {
        int[] lengths = new int[count];
        Arrays.fill(lengths, length);
        return lengths;
    }

    private List<Reason> outcomes() {
        List<Reason> outcomes = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            outcomes.add(batch.isPending(i) ? Reason.NO_PROGRESS : batch.failure(i));
        }
        return outcomes;
    }

    private void allSent() {
        assertThat(outcomes()).containsOnly((Reason) null);
        assertThat(batch.pendingCount()).isZero();
    }

    // ---- runs

    @Test
    void equalLengthsMakeOneMessageWhichAShorterOneEnds() {
        add(path(0, 1), 100, 100, 100, 40, 40, 50, 50);
        sender.send();
        assertThat(calls).hasSize(1);
        assertThat(calls.getFirst().lengths()).containsExactly(340, 40, 100);
        assertThat(calls.getFirst().segments()).containsExactly(100, 0, 50);
        assertThat(calls.getFirst().messages()).allMatch(message -> message.pieces().size() == 1);
        allSent();
    }

    @Test
    void noMessageHasMoreThan64SegmentsOrMoreBytesThanADatagram() {
        add(path(0, 1), repeat(130, 10));
        add(path(0, 2), repeat(50, 1400));
        sender.send();
        assertThat(calls.getFirst().lengths()).containsExactly(640, 640, 20, 46 * 1400, 4 * 1400);
        allSent();
    }

    @Test
    void datagramsOfAPathAreGatheredAndKeepTheirOrder() {
        Path one = path(0, 1);
        Path two = path(1, 2);
        Path three = path(0, 3);
        for (int i = 0; i < 3; i++) {
            add(one, 100);
            add(two, 200);
            add(three, 100);
        }
        add(one, 99);
        sender.send();
        assertThat(calls)
                .extracting(Call::fd)
                .containsExactly(
                        sockets.get(0).descriptor().fd(), sockets.get(1).descriptor().fd());
        assertThat(calls.get(0).messages())
                .containsExactly(
                        new Message(address(one), List.of(100, 100, 100, 99), 100),
                        new Message(address(three), List.of(100, 100, 100), 100));
        assertThat(calls.get(1).messages())
                .containsExactly(new Message(address(two), List.of(200, 200, 200), 200));
        allSent();
    }

    private static RawAddress address(Path path) {
        return RawAddress.of(path.remote());
    }

    @Test
    void moreThanFitsIntoACallIsSentByFurtherOnes() {
        for (int i = 0; i < 200; i++) {
            add(path(0, 1 + i), 10 + i);
        }
        sender.send();
        assertThat(calls).hasSize(4);
        assertThat(calls).extracting(call -> call.messages().size()).containsExactly(64, 64, 64, 8);
        allSent();
    }

    @Test
    void aKernelWithoutTheFeatureGetsDatagramsOneByOne() throws IOException {
        LinuxSocket plain =
                new SocketSetup(Set.of())
                        .open(
                                Ends.any("127.0.0.1"),
                                new Transport.SocketOptions(1 << 16, 0),
                                false);
        sockets.add(plain);
        add(path(2, 1), 100, 100, 100);
        sender.send();
        assertThat(calls.getFirst().segments()).containsExactly(0, 0, 0);
        allSent();
    }

    // ---- tails

    @Test
    void datagramsWithTailsAreGatheredIntoRunsToo() {
        Path path = path(0, 1);
        addWithTails(path, 8000, 8000);
        add(path, 8000, 8000);
        addWithTails(path, 100);
        addWithTails(path, 9000);
        sender.send();
        assertThat(calls).hasSize(1);
        assertThat(calls.getFirst().messages())
                .containsExactly(
                        new Message(address(path), List.of(14, 7986, 14, 7986, 16_014, 86), 8000),
                        new Message(address(path), List.of(14, 8986), 0));
        allSent();
    }

    @Test
    void aHeadBehindTheTailOfTheSameMemoryMakesOnePiece() {
        Path path = path(0, 1);
        batch.add(path, 0, 10, batch.memory(), 10, 90, OWNER);
        batch.add(path, 100, 10, batch.memory(), 200, 90, OWNER);
        batch.add(path, 290, 100, OWNER);
        sender.send();
        assertThat(calls.getFirst().messages())
                .containsExactly(new Message(address(path), List.of(10, 100, 190), 100));
        allSent();
    }

    @Test
    void piecesOfMemoryThatDoNotFitIntoACallAreSentByFurtherOnes() {
        for (int i = 0; i < 20; i++) {
            addWithTails(path(0, i), repeat(64, 100));
        }
        sender.send();
        assertThat(calls.size()).isGreaterThan(1);
        int datagrams = 0;
        for (Call call : calls) {
            assertThat(call.messages().stream().mapToInt(message -> message.pieces().size()).sum())
                    .isLessThanOrEqualTo(1024);
            datagrams += call.lengths().stream().mapToInt(Integer::intValue).sum() / 100;
        }
        assertThat(datagrams).isEqualTo(20 * 64);
        allSent();
    }

    @Test
    void whatWaitsKeepsItsTail() {
        addWithTails(path(0, 1), 8000);
        addWithTails(path(0, 2), 9000);
        results.addAll(List.of(1, -Errno.EAGAIN));
        sender.send();
        assertThat(outcomes()).containsExactly(null, Reason.NO_PROGRESS);
        calls.clear();
        sender.send();
        assertThat(calls.getFirst().messages())
                .containsExactly(new Message(address(path(0, 2)), List.of(14, 8986), 0));
        allSent();
    }

    @Test
    void eachDatagramWithATailHasAnOutcomeOfItsOwn() {
        addWithTails(path(0, 1), 2000, 2000, 100);
        results.addAll(List.of(-90, -90, -90, -90, -90, -90, ALL));
        sender.send();
        assertThat(outcomes())
                .containsExactly(
                        Reason.DATAGRAM_TOO_LARGE, Reason.DATAGRAM_TOO_LARGE, (Reason) null);
    }

    @Test
    void aBatchOfOneDatagramHasRoomForItsTail() {
        OutgoingBatch one = new OutgoingBatch(ByteBuffer.allocateDirect(100), 1);
        one.add(path(0, 1), 0, 14, ring, 0, 50, OWNER);
        new BatchSender(one, kernel).send();
        assertThat(calls.getFirst().lengths()).containsExactly(64);
        assertThat(one.pendingCount()).isZero();
    }

    // ---- what is not taken

    @ParameterizedTest
    @ValueSource(ints = {Errno.EAGAIN, Errno.ENOBUFS})
    void whatFindsNoRoomWaitsAndWhatIsBehindItOnTheSameSocket(int errno) {
        Path one = path(0, 1);
        Path two = path(0, 2);
        Path other = path(1, 3);
        add(one, 100, 100);
        add(other, 10);
        add(two, 100);
        results.addAll(List.of(1, -errno));
        sender.send();
        assertThat(outcomes()).containsExactly(null, null, null, Reason.NO_PROGRESS);
        assertThat(batch.pendingCount()).isEqualTo(1);
        calls.clear();
        sender.send();
        assertThat(calls).hasSize(1);
        assertThat(calls.getFirst().messages())
                .containsExactly(new Message(address(two), List.of(100), 0));
        allSent();
    }

    @Test
    void anErrorThatIsNotOfThisDatagramComesOnce() {
        add(path(0, 1), 100, 100);
        add(path(0, 2), 200);
        results.addAll(List.of(-Errno.EHOSTUNREACH, 1, -Errno.EMSGSIZE));
        sender.send();
        assertThat(calls)
                .extracting(Call::lengths)
                .containsExactly(List.of(200, 200), List.of(200, 200), List.of(200), List.of(200));
        allSent();
        assertThat(sockets.get(0).takesSegments()).isTrue();
    }

    /** They may come as often as others send to a closed port. */
    @Test
    void noNumberOfReportsOfClosedPortsLosesADatagram() {
        add(path(0, 1), 100);
        for (int i = 0; i < 5; i++) {
            results.add(-Errno.ECONNREFUSED);
        }
        sender.send();
        allSent();
    }

    @ParameterizedTest
    @CsvSource({
        "90, DATAGRAM_TOO_LARGE",
        "1, NOT_PERMITTED",
        "13, NOT_PERMITTED",
        "101, NETWORK_UNREACHABLE",
        "113, NETWORK_UNREACHABLE",
        "100, NETWORK_UNREACHABLE",
        "99, ADDRESS_UNAVAILABLE",
        "9, SOCKET_FAILED"
    })
    void anErrorThatStaysFailsItsDatagramOnly(int errno, Reason reason) {
        add(path(0, 1), 100);
        add(path(0, 2), 100);
        // What the network may have reported about others is tried more often.
        results.addAll(Collections.nCopies(Errno.isOfTheCall(errno) ? 2 : 10, -errno));
        sender.send();
        assertThat(outcomes()).containsExactly(reason, null);
    }

    @Test
    void eachDatagramOfARefusedMessageHasAnOutcomeOfItsOwn() {
        add(path(0, 1), 2000, 2000, 100);
        results.addAll(List.of(-90, -90, -90, -90, -90, -90, ALL));
        sender.send();
        assertThat(outcomes())
                .containsExactly(
                        Reason.DATAGRAM_TOO_LARGE, Reason.DATAGRAM_TOO_LARGE, (Reason) null);
        assertThat(sockets.get(0).takesSegments()).isTrue();
    }

    /** Kernels of old say so of segments that are larger than the interface takes. */
    @Test
    void segmentsThatAreTooLargeDoNotSwitchSegmentsOff() {
        add(path(0, 1), 2000, 100);
        results.addAll(List.of(-Errno.EINVAL, -Errno.EINVAL, -90, -90, ALL));
        sender.send();
        assertThat(outcomes()).containsExactly(Reason.DATAGRAM_TOO_LARGE, (Reason) null);
        assertThat(sockets.get(0).takesSegments()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.EINVAL, Errno.EIO})
    void aKernelThatRefusesSegmentsGetsDatagramsOneByOne(int errno) {
        add(path(0, 1), repeat(5, 100));
        add(path(0, 2), repeat(5, 100));
        add(path(1, 2), repeat(5, 100));
        results.addAll(List.of(-errno, -errno));
        sender.send();
        allSent();
        assertThat(calls.get(2).segments()).containsExactly(0, 0, 0, 0, 0, 100);
        assertThat(sockets.get(0).takesSegments()).isFalse();
        assertThat(sockets.get(1).takesSegments()).isTrue();
        calls.clear();
        batch.clear();
        add(path(0, 1), repeat(5, 100));
        sender.send();
        assertThat(calls.getFirst().segments()).containsExactly(0, 0, 0, 0, 0);
        allSent();
    }

    @Test
    void whatIsSettledIsNotSentAgain() {
        add(path(0, 1), 100, 100, 100);
        batch.fail(1, Reason.NOT_PERMITTED);
        sender.send();
        assertThat(calls.getFirst().messages())
                .containsExactly(new Message(address(path(0, 1)), List.of(100, 100), 100));
        assertThat(outcomes()).containsExactly(null, Reason.NOT_PERMITTED, null);
    }
}
