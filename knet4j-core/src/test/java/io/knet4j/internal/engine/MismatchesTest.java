package io.knet4j.internal.engine;

import static io.knet4j.internal.engine.TestNode.remote;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.ClearTraffic;
import io.knet4j.CryptoCipher;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoHash;
import io.knet4j.DropCause;
import io.knet4j.Knet;
import io.knet4j.KnetEvent;
import io.knet4j.KnetEvent.CryptoMismatch;
import io.knet4j.SharedKey;
import io.knet4j.internal.security.JcaSuite;
import io.knet4j.internal.security.KeySlots;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What is told about hosts whose datagrams cannot be opened. */
class MismatchesTest {
    private static final byte[] PING = Wire.ping(2, 0, 1, 0, true);

    private final KeySlots keys = new KeySlots();
    private final TestNode node = new TestNode(Knet.builder(TestNode.SELF).build(), keys);

    MismatchesTest() {
        node.engine.enableCrypto(suite(CryptoCipher.AES256_CBC, CryptoHash.SHA256, 1));
        KeySlots same = new KeySlots();
        same.enable(suite(CryptoCipher.AES256_CBC, CryptoHash.SHA256, 1));
        node.peer = new CryptoPeer(same);
    }

    private static JcaSuite suite(CryptoCipher cipher, CryptoHash hash, int keySeed) {
        byte[] key = new byte[256];
        new SplittableRandom(keySeed).nextBytes(key);
        CryptoConfig config = new CryptoConfig(cipher, hash, SharedKey.of(key));
        return JcaSuite.of(config, new SplittableRandom(keySeed + 100));
    }

    private static byte[] sealed(CryptoCipher cipher, CryptoHash hash, int keySeed, byte[] packet) {
        return CryptoPeer.seal(suite(cipher, hash, keySeed).newSealer(), packet);
    }

    private static byte[] otherKey() {
        return sealed(CryptoCipher.AES256_CBC, CryptoHash.SHA256, 2, PING);
    }

    private static byte[] otherHash() {
        return sealed(CryptoCipher.AES256_CBC, CryptoHash.SHA1, 1, PING);
    }

    private static byte[] otherCipher() {
        return sealed(CryptoCipher.NONE, CryptoHash.SHA256, 1, PING);
    }

    private List<CryptoMismatch> told() {
        List<KnetEvent> events = node.output.drainEvents();
        return events.stream()
                .filter(CryptoMismatch.class::isInstance)
                .map(CryptoMismatch.class::cast)
                .toList();
    }

    @Test
    void eachCauseIsToldOncePerHost() {
        node.host(2, 1);
        node.host(3, 2);
        for (int i = 0; i < 3; i++) {
            node.receive(remote(2, 0), PING, otherKey(), otherHash(), otherCipher());
            node.receive(remote(3, 1), PING, otherHash());
        }
        assertThat(told())
                .containsExactly(
                        new CryptoMismatch(
                                2,
                                0,
                                DropCause.CLEAR_TRAFFIC,
                                "it sends clear packets, which are refused here"),
                        new CryptoMismatch(
                                2,
                                0,
                                DropCause.NOT_AUTHENTIC,
                                "it seems to use another key, or another key and hash"),
                        new CryptoMismatch(
                                2,
                                0,
                                DropCause.OTHER_HASH,
                                "it signs with a key of ours, but with the hash sha1"),
                        new CryptoMismatch(
                                2,
                                0,
                                DropCause.OTHER_CIPHER,
                                "it has key and hash of ours, but seems to use another cipher"),
                        new CryptoMismatch(
                                3,
                                1,
                                DropCause.CLEAR_TRAFFIC,
                                "it sends clear packets, which are refused here"),
                        new CryptoMismatch(
                                3,
                                1,
                                DropCause.OTHER_HASH,
                                "it signs with a key of ours, but with the hash sha1"));
        assertThat(node.engine.drops())
                .isEqualTo(
                        Map.of(
                                DropCause.CLEAR_TRAFFIC, 6L,
                                DropCause.NOT_AUTHENTIC, 3L,
                                DropCause.OTHER_HASH, 6L,
                                DropCause.OTHER_CIPHER, 3L));
    }

    @Test
    void anEncryptingHostIsToldToANodeWithoutCrypto() {
        node.engine.disableCrypto();
        node.host(2, 1);
        byte[] datagram = otherKey();
        datagram[0] = (byte) 0xa5; // no version
        datagram[1] = (byte) 0xf0; // no type
        node.receive(remote(2, 0), datagram, datagram);
        assertThat(told())
                .containsExactly(
                        new CryptoMismatch(
                                2,
                                0,
                                DropCause.ENCRYPTED,
                                "it seems to encrypt, and no crypto is configured here"));
        assertThat(node.drops(DropCause.ENCRYPTED)).isEqualTo(2);
    }

    @Test
    void everyChangeOfTheConfigurationLetsItBeToldAgain() {
        node.host(2, 1);
        Map<String, Consumer<Engine>> changes = new LinkedHashMap<>();
        changes.put(
                "set",
                engine -> engine.setKeySlot(2, suite(CryptoCipher.AES128_CTR, CryptoHash.MD5, 7)));
        changes.put("use", engine -> engine.useKeySlot(2));
        changes.put("clear", engine -> engine.clearKeySlot(1));
        changes.put("policy", engine -> engine.setClearTraffic(ClearTraffic.REFUSE));
        changes.put(
                "enable",
                engine -> engine.enableCrypto(suite(CryptoCipher.NONE, CryptoHash.SHA512, 8)));
        node.receive(remote(2, 0), otherKey(), otherKey());
        assertThat(told()).hasSize(1);
        changes.forEach((name, change) -> {
            change.accept(node.engine);
            node.now += Duration.ofSeconds(2).toNanos();
            node.receive(remote(2, 0), otherKey(), otherKey());
            assertThat(told()).as("after %s", name).hasSize(1);
        });
    }

    @Test
    void whatAHostThatIsUpSeemsToSendIsCountedOnly() {
        node.hostUp(2, 1);
        node.receive(remote(2, 0), otherKey(), otherHash(), otherCipher(), PING);
        assertThat(told()).isEmpty();
        assertThat(node.engine.drops())
                .isEqualTo(
                        Map.of(
                                DropCause.CLEAR_TRAFFIC, 1L,
                                DropCause.NOT_AUTHENTIC, 2L,
                                DropCause.OTHER_CIPHER, 1L));
    }

    @Test
    void aHostThatWasReachableIsToldAboutAgain() {
        node.host(2, 1);
        node.receive(remote(2, 0), otherKey());
        assertThat(told()).hasSize(1);
        LinkState link = node.engine.host(2).link(0);
        while (!link.monitor.connected()) {
            node.engine.runTimers(node.now);
            node.drainPings().forEach(ping -> node.answer(ping, 2));
            node.now += TestNode.INTERVAL.toNanos();
        }
        node.receive(remote(2, 0), otherKey());
        assertThat(told()).isEmpty();
        node.advance(Duration.ofSeconds(5).toNanos());
        assertThat(link.monitor.connected()).isFalse();
        node.receive(remote(2, 0), otherKey(), otherKey());
        assertThat(told()).hasSize(1);
    }

    @Test
    void strangersAreCountedOnly() {
        node.engine.setAccessLists(false); // else they are not even looked at
        node.host(2, 1);
        node.receive(remote(9, 0), otherKey(), otherHash(), PING);
        assertThat(told()).isEmpty();
        assertThat(node.drops(DropCause.NOT_AUTHENTIC)).isEqualTo(2);
        assertThat(node.drops(DropCause.CLEAR_TRAFFIC)).isEqualTo(1);
    }

    @Test
    void aHostBehindAnotherPortIsFoundByItsAddress() {
        node.host(2, 1);
        node.receive(new InetSocketAddress(remote(2, 0).getAddress(), 1), otherHash());
        assertThat(told()).extracting(CryptoMismatch::host).containsExactly(2);
    }

    @Test
    void aFloodDoesNotBuyMoreThanAFewCloseLooksPerSecond() {
        node.host(2, 1);
        byte[] datagram = otherHash();
        for (int second = 1; second <= 3; second++) {
            for (int i = 0; i < 100; i++) {
                node.receive(remote(2, 0), datagram);
                node.now += 1_000_000;
            }
            assertThat(node.drops(DropCause.OTHER_HASH)).isEqualTo(20L * second);
            assertThat(node.drops(DropCause.NOT_AUTHENTIC)).isEqualTo(80L * second);
            node.now += Duration.ofSeconds(1).toNanos();
        }
        assertThat(told()).hasSize(1);
    }

    @Test
    void strangersDoNotUseUpTheLooks() {
        node.engine.setAccessLists(false);
        node.host(2, 1);
        byte[] datagram = otherHash();
        for (int i = 0; i < 100; i++) {
            node.receive(new InetSocketAddress("192.0.2.1", 5405), datagram);
        }
        node.receive(remote(2, 0), datagram);
        assertThat(told()).extracting(CryptoMismatch::cause).containsExactly(DropCause.OTHER_HASH);
    }

    /** A ping is short; longer ones cost more than they tell. */
    @Test
    void longDatagramsAreNotLookedAtClosely() {
        node.host(2, 1);
        byte[] data = Wire.data(2, 1, 3, "x".repeat(300));
        node.receive(remote(2, 0), sealed(CryptoCipher.AES256_CBC, CryptoHash.SHA1, 1, data));
        assertThat(told())
                .extracting(CryptoMismatch::cause)
                .containsExactly(DropCause.NOT_AUTHENTIC);
    }
}
