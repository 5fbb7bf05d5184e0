package io.knet4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.knet4j.CryptoConfig;
import io.knet4j.Destination;
import io.knet4j.Host;
import io.knet4j.Knet;
import io.knet4j.LinkConfig;
import io.knet4j.LinkStatus;
import io.knet4j.MtuLimit;
import io.knet4j.PathMtu;
import io.knet4j.ReceivedMessage;
import io.knet4j.SharedKey;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Discovery with real sockets, on the loopback interface of Linux, whose MTU is 65,536. */
class PathMtuSocketsTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @BeforeEach
    void theInterfaceIsAsExpected() throws Exception {
        NetworkInterface loopback =
                NetworkInterface.getByInetAddress(InetAddress.getByName("127.0.0.1"));
        assumeThat(loopback.getMTU()).as("MTU of the loopback interface").isEqualTo(65_536);
    }

    /** Two nodes with a link that is being probed. */
    private record Pair(Knet one, Knet two) implements AutoCloseable {
        static Pair open(String address, boolean encrypted) throws Exception {
            InetAddress host = InetAddress.getByName(address);
            InetSocketAddress ofOne = freePort(host);
            InetSocketAddress ofTwo = freePort(host);
            Pair pair = new Pair(builder(1, encrypted).open(), builder(2, encrypted).open());
            pair.one.addHost(2).addLink(0, link(ofOne, ofTwo));
            pair.two.addHost(1).addLink(0, link(ofTwo, ofOne));
            pair.one.startForwarding();
            pair.two.startForwarding();
            return pair;
        }

        private static Knet.Builder builder(int id, boolean encrypted) {
            Knet.Builder builder = Knet.builder(id);
            return encrypted
                    ? builder.crypto(
                            CryptoConfig.aes256Sha256(SharedKey.of(new byte[SharedKey.MIN_BYTES])))
                    : builder;
        }

        private static InetSocketAddress freePort(InetAddress host) throws Exception {
            try (DatagramSocket socket = new DatagramSocket(0, host)) {
                return new InetSocketAddress(host, socket.getLocalPort());
            }
        }

        private static LinkConfig link(InetSocketAddress local, InetSocketAddress remote) {
            return LinkConfig.udp(local, remote)
                    .withPing(Duration.ofMillis(20), Duration.ofSeconds(5))
                    .withPongCount(1);
        }

        Host peer() {
            return one.host(2).orElseThrow();
        }

        LinkStatus status() {
            return peer().link(0).orElseThrow().status();
        }

        PathMtu await(Predicate<PathMtu> wanted) throws InterruptedException {
            long end = System.nanoTime() + SOON.toNanos();
            PathMtu now = status().pathMtu();
            while (!wanted.test(now)) {
                assertThat(System.nanoTime()).as("path MTU is %s", now).isLessThan(end);
                Thread.sleep(1);
                now = status().pathMtu();
            }
            return now;
        }

        @Override
        public void close() {
            one.close();
            two.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, false, 65481, 65535",
        "::1,       false, 65461, 65535",
        "127.0.0.1, true,  65429, 65532",
        "::1,       true,  65397, 65520"
    })
    void theLargestPacketThereIsIsFoundAndCarriesMessages(
            String address, boolean encrypted, int dataMtu, int packetBytes) throws Exception {
        try (Pair pair = Pair.open(address, encrypted)) {
            PathMtu mtu = pair.await(now -> now.limit() != MtuLimit.NOT_PROBED_YET);
            assertThat(mtu.dataMtu()).isEqualTo(dataMtu);
            assertThat(mtu.packetBytes()).isEqualTo(packetBytes);
            assertThat(mtu.limit()).isEqualTo(MtuLimit.PROTOCOL);
            assertThat(pair.peer().status().dataMtu()).isEqualTo(dataMtu);
            assertThat(pair.one.dataMtu()).isEqualTo(dataMtu);
            for (int size : new int[] {1, dataMtu, dataMtu + 12, dataMtu + 13, 65_536}) {
                byte[] payload = new byte[size];
                payload[size - 1] = (byte) size;
                pair.two.channel(0);
                long before = pair.status().statistics().txData().packets();
                pair.one.channel(0).sendSync(ByteBuffer.wrap(payload), Destination.host(2));
                ReceivedMessage received = pair.two.channel(0).receive(SOON).orElseThrow();
                assertThat(received.payload()).isEqualTo(payload);
                assertThat(pair.status().statistics().txData().packets() - before)
                        .isEqualTo(size > dataMtu + 12 ? 2 : 1);
            }
            assertThat(pair.status().statistics().txErrors()).isZero();
        }
    }

    @Test
    void anMtuSetByHandHoldsUntilItIsTakenBack() throws Exception {
        try (Pair pair = Pair.open("127.0.0.1", false)) {
            pair.await(now -> now.limit() == MtuLimit.PROTOCOL);
            pair.one.setInterfaceMtu(OptionalInt.of(1500));
            assertThat(pair.status().pathMtu().dataMtu()).isEqualTo(1446);
            assertThat(pair.status().pathMtu().limit()).isEqualTo(MtuLimit.MANUAL);
            pair.one.setInterfaceMtu(OptionalInt.empty());
            pair.await(now -> now.limit() == MtuLimit.PROTOCOL);
        }
    }

    /**
     * The largest probes there are, all the time. Whatever else the machine does, there must be a
     * while in which pongs come at once.
     */
    @Test
    void discoveryDoesNotDelayPings() throws Exception {
        Duration shortest = SOON;
        for (int i = 0; i < 10 && shortest.compareTo(Duration.ofMillis(5)) > 0; i++) {
            try (Pair pair = Pair.open("127.0.0.1", true)) {
                pair.await(now -> now.limit() == MtuLimit.PROTOCOL);
                long pongs = pair.status().statistics().rxPong().packets();
                while (pair.status().statistics().rxPong().packets() < pongs + 50) {
                    pair.one.discoverPathMtu();
                    pair.two.discoverPathMtu();
                    pair.await(now -> !now.searching());
                }
                assertThat(pair.status().statistics().downCount()).isZero();
                Duration latency = pair.status().latency().orElseThrow();
                shortest = latency.compareTo(shortest) < 0 ? latency : shortest;
            }
        }
        assertThat(shortest).isLessThanOrEqualTo(Duration.ofMillis(5));
    }
}
