package io.knet4j.internal.transport.udp.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@EnabledOnOs(OS.LINUX)
class AddressCacheTest {
    private final AddressCache cache = new AddressCache();
    private final MemorySegment memory = Arena.ofAuto().allocate(64, 8);

    private InetSocketAddress get(InetSocketAddress address) {
        memory.fill((byte) 0);
        RawAddress.of(address).write(memory, 32);
        return cache.get(memory, 32);
    }

    private static InetSocketAddress address(String host, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(host), port);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 1, 16",
        "255.254.253.252, 65535, 16",
        "0.0.0.0, 5405, 16",
        "::1, 5405, 28",
        "2001:db8:1:2:fffe:fdfc:3:4, 40000, 28"
    })
    void addressesStayWhatTheyAre(String host, int port, int length) {
        InetSocketAddress address = address(host, port);
        assertThat(RawAddress.of(address).length()).isEqualTo(length);
        assertThat(get(address)).isEqualTo(address).isSameAs(get(address));
    }

    @Test
    void scopesTellLinkLocalAddressesApart() throws UnknownHostException {
        byte[] bytes = InetAddress.ofLiteral("fe80::1").getAddress();
        for (int scope : new int[] {0, 1, 2}) {
            InetAddress host =
                    scope == 0
                            ? InetAddress.getByAddress(bytes)
                            : Inet6Address.getByAddress(null, bytes, scope);
            InetSocketAddress found = get(new InetSocketAddress(host, 5405));
            assertThat(((Inet6Address) found.getAddress()).getScopeId()).isEqualTo(scope);
            assertThat(found.getAddress().getHostAddress()).isEqualTo(host.getHostAddress());
        }
    }

    @Test
    void flowInformationDoesNotCount() {
        InetSocketAddress found = get(address("::1", 5405));
        memory.set(ValueLayout.JAVA_INT, 36, 4711);
        assertThat(cache.get(memory, 32)).isSameAs(found);
    }

    @SuppressWarnings("ReferenceEquality") // whether an object was made anew
    @Test
    void anyNumberOfSourcesIsToldApartAndFewAreForgottenForIt() {
        List<InetSocketAddress> peers = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            peers.add(get(address("10.0." + (i >> 8) + '.' + (i & 0xff), 5405)));
        }
        long kept = peers.stream().filter(peer -> peer == get(peer)).count();
        assertThat(kept).isGreaterThan(1800);
        for (int i = 0; i < 100_000; i++) {
            InetSocketAddress stranger =
                    address("172.16." + (i >> 8 & 0xff) + '.' + (i & 0xff), i & 0xffff);
            assertThat(get(stranger)).isEqualTo(stranger);
        }
        assertThat(peers).allMatch(peer -> peer.equals(get(peer)));
    }
}
