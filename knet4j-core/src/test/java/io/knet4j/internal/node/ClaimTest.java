package io.knet4j.internal.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.knet4j.Channel;
import io.knet4j.Claim;
import io.knet4j.Destination;
import io.knet4j.Knet;
import io.knet4j.KnetClosedException;
import io.knet4j.LinkConfig;
import io.knet4j.QueueFullPolicy;
import io.knet4j.Reason;
import io.knet4j.ReceivedMessage;
import io.knet4j.SendException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.logging.Level;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClaimTest {
    private static final Destination SELF = Destination.host(1);
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Knet knet =
            Knet.builder(1)
                    .sendQueueBytes(131_072)
                    .sendQueueFull(QueueFullPolicy.block(Duration.ofMillis(20)))
                    .open();
    private final Channel channel = knet.channel(0);

    ClaimTest() {
        knet.addHost(1).addLink(0, LinkConfig.loopback());
        knet.startForwarding();
    }

    @AfterEach
    void close() {
        knet.close();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ReceivedMessage message) {
        return new String(message.payload(), StandardCharsets.UTF_8);
    }

    private static String next(Channel from) throws InterruptedException {
        return text(from.receive(LONG).orElseThrow());
    }

    private Claim claim(int length) {
        return Objects.requireNonNull(channel.tryClaim(length, SELF));
    }

    private static void refused(Reason reason, ThrowingCallable call) {
        assertThatExceptionOfType(SendException.class)
                .isThrownBy(call)
                .extracting(SendException::reason)
                .isEqualTo(reason);
    }

    @Test
    void isSentAsItWasWritten() throws InterruptedException {
        try (Claim claim = claim(5)) {
            assertThat(claim.buffer().capacity()).isEqualTo(5);
            assertThat(claim.buffer().remaining()).isEqualTo(5);
            assertThat(claim.buffer()).isSameAs(claim.buffer());
            claim.buffer().put(bytes("claim"));
            claim.commit();
        }
        assertThat(next(channel)).isEqualTo("claim");
        assertThat(channel.receive(Duration.ZERO)).isEmpty();
    }

    @Test
    void keepsItsPlaceAndHoldsUpWhatIsBehindIt() throws InterruptedException {
        channel.send(bytes("before"), SELF);
        Claim second = claim(6);
        channel.send(bytes("behind"), SELF);
        Channel other = knet.channel(1);
        other.send(bytes("other"), SELF);
        assertThat(next(other)).as("another channel").isEqualTo("other");
        assertThat(next(channel)).isEqualTo("before");
        assertThat(channel.receive(Duration.ofMillis(20))).isEmpty();
        second.buffer().put(bytes("second"));
        second.commit();
        assertThat(next(channel)).isEqualTo("second");
        assertThat(next(channel)).isEqualTo("behind");
    }

    @Test
    void leavesNothingWhenItIsAborted() throws InterruptedException {
        Claim claim = claim(6);
        Claim closed = claim(7);
        channel.send(bytes("behind"), SELF);
        assertThat(channel.receive(Duration.ofMillis(20))).isEmpty();
        closed.close();
        closed.close();
        claim.abort();
        assertThat(next(channel)).isEqualTo("behind");
        assertThat(channel.receive(Duration.ZERO)).isEmpty();
    }

    @Test
    void endsOnce() {
        Claim committed = claim(1);
        committed.commit();
        Claim aborted = claim(1);
        aborted.abort();
        for (Claim claim : List.of(committed, aborted)) {
            assertThatIllegalStateException()
                    .isThrownBy(claim::commit)
                    .withMessage("channel 0: this claim was committed or aborted before");
            assertThatIllegalStateException().isThrownBy(claim::abort);
            assertThatIllegalStateException().isThrownBy(claim::buffer);
            claim.close();
        }
    }

    @Test
    void isNullWhenThereIsNoRoom() throws InterruptedException {
        Claim first = claim(65_536);
        Claim second = claim(65_536);
        assertThat(channel.tryClaim(1, SELF)).isNull();
        assertThatExceptionOfType(SendException.class)
                .isThrownBy(() -> channel.send(bytes("x"), SELF))
                .withMessage(
                        "channel 0: the send queue is full; claims that are neither committed nor"
                                + " aborted: 2")
                .extracting(SendException::reason)
                .isEqualTo(Reason.QUEUE_FULL);
        second.abort();
        assertThat(channel.tryClaim(1, SELF)).as("behind the first").isNull();
        first.abort();
        Claim third = null;
        while (third == null) {
            third = channel.tryClaim(65_536, SELF);
        }
        third.commit();
        assertThat(channel.receive(LONG).orElseThrow().payload()).hasSize(65_536);
    }

    @Test
    void checksItsArguments() {
        refused(Reason.MESSAGE_SIZE, () -> channel.tryClaim(0, SELF));
        refused(Reason.MESSAGE_SIZE, () -> channel.tryClaim(65_537, SELF));
        channel.close();
        refused(Reason.CHANNEL_NOT_OPEN, () -> channel.tryClaim(1, SELF));
        knet.close();
        assertThatExceptionOfType(KnetClosedException.class)
                .isThrownBy(() -> channel.tryClaim(1, SELF));
    }

    @Test
    void isAbortedWhenItsChannelIsClosedMeanwhile() throws InterruptedException {
        Claim claim = claim(4);
        channel.close();
        refused(Reason.CHANNEL_NOT_OPEN, claim::commit);
        assertThatIllegalStateException().isThrownBy(claim::commit);
        Channel again = knet.channel(0);
        again.send(bytes("again"), SELF);
        assertThat(next(again)).isEqualTo("again");
    }

    @Test
    void onlySoManyCanBeOpen() {
        List<Claim> claims = new ArrayList<>();
        for (int i = 0; i < 1024; i++) {
            claims.add(Objects.requireNonNull(knet.channel(i % 4).tryClaim(1, SELF), "claim " + i));
        }
        assertThat(channel.tryClaim(1, SELF)).isNull();
        claims.removeLast().abort();
        claims.add(claim(1));
        claims.forEach(Claim::close);
    }

    @Test
    void holdsUpTheEndOfForwardingForItsLimitedTimeOnly() throws InterruptedException {
        Claim claim = claim(5);
        assertThat(knet.stopForwarding()).isFalse();
        knet.startForwarding();
        claim.buffer().put(bytes("claim"));
        claim.commit();
        assertThat(next(channel)).isEqualTo("claim");
        assertThat(knet.stopForwarding()).isTrue();
    }

    @Test
    void thatIsOpenAtTheEndIsTold() {
        LogLines log = new LogLines(Level.WARNING);
        try {
            Claim forgotten = claim(5);
            Claim late = claim(5);
            knet.close();
            assertThat(log.texts())
                    .anyMatch(line ->
                            line.contains(
                                    "claims that were neither committed nor aborted when the node"
                                            + " was closed: 2"));
            assertThatExceptionOfType(KnetClosedException.class).isThrownBy(late::commit);
            forgotten.close();
        } finally {
            log.close();
        }
    }
}
