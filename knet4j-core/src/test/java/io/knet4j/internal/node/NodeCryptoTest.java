package io.knet4j.internal.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.knet4j.Channel;
import io.knet4j.ClearTraffic;
import io.knet4j.ConfigurationException;
import io.knet4j.Crypto;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.CryptoStatus;
import io.knet4j.CryptoStatus.Slot;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.KnetClosedException;
import io.knet4j.LinkConfig;
import io.knet4j.Reason;
import io.knet4j.SharedKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The crypto API of a node with its own threads. */
class NodeCryptoTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final SharedKey key = SharedKey.generate();
    private final CryptoConfig usual = CryptoConfig.aes256Sha256(key);
    private final CryptoConfig other =
            new CryptoConfig(CryptoCipher.AES128_CTR, CryptoHash.SHA512, SharedKey.generate(128));
    private final Knet knet = Knet.builder(1).open();
    private final Crypto crypto = knet.crypto();

    @AfterEach
    void close() {
        knet.close();
    }

    private static Slot slot(int number, CryptoConfig config) {
        return new Slot(number, config.cipher(), config.hash(), config.key().length(), 0);
    }

    private static void refused(Reason reason, ThrowingCallable call, String words) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(call)
                .withMessageContaining(words)
                .extracting(ConfigurationException::reason)
                .isEqualTo(reason);
    }

    @Test
    void aNewNodeHasNoCryptoAndAcceptsClearPackets() {
        assertThat(crypto.status())
                .isEqualTo(new CryptoStatus(0, List.of(), ClearTraffic.ALLOW, 0));
        assertThat(knet.config().crypto()).isEmpty();
    }

    @Test
    void slotsAreSetUsedAndCleared() {
        crypto.set(1, usual);
        crypto.set(2, other);
        assertThat(crypto.status())
                .isEqualTo(
                        new CryptoStatus(
                                0, List.of(slot(1, usual), slot(2, other)), ClearTraffic.ALLOW, 0));
        crypto.use(2);
        crypto.setClearTraffic(ClearTraffic.REFUSE);
        crypto.clear(1);
        assertThat(crypto.status())
                .isEqualTo(new CryptoStatus(2, List.of(slot(2, other)), ClearTraffic.REFUSE, 0));
        crypto.use(0);
        crypto.clear(2);
        crypto.clear(2);
        assertThat(crypto.status())
                .isEqualTo(new CryptoStatus(0, List.of(), ClearTraffic.REFUSE, 0));
    }

    @Test
    void enableAndDisableDoAllAtOnce() {
        crypto.set(2, other);
        crypto.use(2);
        crypto.enable(usual);
        assertThat(crypto.status())
                .isEqualTo(new CryptoStatus(1, List.of(slot(1, usual)), ClearTraffic.REFUSE, 0));
        crypto.enable(other);
        assertThat(crypto.status().slots()).containsExactly(slot(1, other));
        crypto.disable();
        assertThat(crypto.status())
                .isEqualTo(new CryptoStatus(0, List.of(), ClearTraffic.ALLOW, 0));
    }

    @Test
    void whatIsRefusedChangesNothing() {
        crypto.enable(usual);
        crypto.set(2, other);
        CryptoStatus before = crypto.status();
        SharedKey closed = SharedKey.generate();
        closed.close();
        CryptoConfig closedKey = CryptoConfig.aes256Sha256(closed);

        refused(Reason.INVALID_ARGUMENT, () -> crypto.set(2, closedKey), "key: was closed");
        refused(Reason.INVALID_ARGUMENT, () -> crypto.enable(closedKey), "key: was closed");
        refused(Reason.SLOT_IN_USE, () -> crypto.set(1, other), "slot: 1 is in use");
        refused(Reason.SLOT_IN_USE, () -> crypto.clear(1), "slot: 1 is in use");
        refused(Reason.INVALID_ARGUMENT, () -> crypto.set(0, other), "value 0");
        refused(Reason.INVALID_ARGUMENT, () -> crypto.set(3, other), "value 3");
        refused(Reason.INVALID_ARGUMENT, () -> crypto.clear(-1), "value -1");
        refused(Reason.INVALID_ARGUMENT, () -> crypto.use(3), "value 3");
        assertThat(crypto.status()).isEqualTo(before);

        crypto.clear(2);
        refused(Reason.NOT_FOUND, () -> crypto.use(2), "slot: 2 is empty");
        assertThat(crypto.status().sendingSlot()).isEqualTo(1);
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void nullIsRefusedByName() {
        refused(
                Reason.INVALID_ARGUMENT,
                () -> crypto.setClearTraffic(null),
                "clearTraffic: value null");
        refused(Reason.INVALID_ARGUMENT, () -> crypto.set(1, null), "config: value null");
        refused(Reason.INVALID_ARGUMENT, () -> crypto.enable(null), "config: value null");
        refused(Reason.INVALID_ARGUMENT, () -> Knet.builder(1).crypto(null), "crypto: value null");
    }

    @Test
    void aBuilderOpensANodeThatNeverSpeaksClear() {
        Knet.Builder builder = Knet.builder(2).crypto(usual);
        try (Knet encrypting = builder.open()) {
            key.close(); // the node has its own copy
            assertThat(encrypting.crypto().status())
                    .isEqualTo(
                            new CryptoStatus(1, List.of(slot(1, usual)), ClearTraffic.REFUSE, 0));
            assertThat(encrypting.config().crypto()).contains(usual);
        }
        refused(Reason.INVALID_ARGUMENT, builder::open, "key: was closed");
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "4, 2", "5, 4", "64, 4"})
    void asManyThreadsSealAsSuitTheProcessors(int processors, int threads) {
        assertThat(Nodes.cryptoThreads(processors)).isEqualTo(threads);
    }

    @Test
    void aClosedNodeHasNoCrypto() {
        knet.close();
        List<ThrowingCallable> calls =
                List.of(
                        crypto::status,
                        () -> crypto.set(1, usual),
                        () -> crypto.use(0),
                        () -> crypto.clear(1),
                        () -> crypto.enable(usual),
                        crypto::disable,
                        () -> crypto.setClearTraffic(ClearTraffic.REFUSE));
        assertThat(calls)
                .allSatisfy(call ->
                        assertThatExceptionOfType(KnetClosedException.class).isThrownBy(call));
    }

    @Test
    void encryptedNodesTalkAndCountWhatTheySay() throws InterruptedException {
        try (Knet one = Knet.builder(1).crypto(usual).open();
                Knet two = Knet.builder(2).crypto(usual).open()) {
            connect(one, two);
            one.startForwarding();
            two.startForwarding();
            assertThat(one.host(2).orElseThrow().awaitReachable(LONG)).isTrue();
            assertThat(two.host(1).orElseThrow().awaitReachable(LONG)).isTrue();
            byte[] message = new byte[20_000];
            message[19_999] = 7;
            Channel received = two.channel(3);
            one.channel(3).send(ByteBuffer.wrap(message));
            assertThat(received.receive(LONG).orElseThrow().payload()).isEqualTo(message);
            CryptoStatus status = two.crypto().status();
            assertThat(status.clearPackets()).isZero();
            assertThat(status.slots().getFirst().packets()).isGreaterThan(14);
        }
    }

    private static void connect(Knet one, Knet two) {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        InetSocketAddress somewhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);
        // A link first, for a free port that no other process can have.
        Host probe = two.addHost(9);
        InetSocketAddress atTwo = probe.addLink(0, LinkConfig.udp(any, somewhere)).config().local();
        InetSocketAddress atOne = one.addHost(2).addLink(0, config(any, atTwo)).config().local();
        two.addHost(1).addLink(0, config(atTwo, atOne));
        probe.remove();
    }

    private static LinkConfig config(InetSocketAddress local, InetSocketAddress remote) {
        return LinkConfig.udp(local, remote)
                .withPing(Duration.ofMillis(20), Duration.ofMillis(2000))
                .withPongCount(1);
    }
}
