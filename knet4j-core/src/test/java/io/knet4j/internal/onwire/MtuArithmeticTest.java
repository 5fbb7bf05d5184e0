package io.knet4j.internal.onwire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MtuArithmeticTest {
    private static MtuArithmetic arithmetic(String name) {
        return switch (name) {
            case "none" -> MtuArithmetic.CLEAR;
            case "none/sha256" -> new MtuArithmetic(0, 0, 32);
            case "aes/md5" -> new MtuArithmetic(16, 16, 16);
            case "aes/sha1" -> new MtuArithmetic(16, 16, 20);
            case "aes/sha256" -> new MtuArithmetic(16, 16, 32);
            case "aes/sha384" -> new MtuArithmetic(16, 16, 48);
            case "aes/sha512" -> new MtuArithmetic(16, 16, 64);
            case "ctr/sha256" -> new MtuArithmetic(0, 16, 32);
            default -> throw new IllegalArgumentException(name);
        };
    }

    @ParameterizedTest
    @CsvSource({
        "none, 482, 522, 1206",
        "none/sha256, 450, 490, 1174",
        "aes/md5, 437, 485, 1173",
        "aes/sha1, 437, 485, 1157",
        "aes/sha256, 421, 469, 1157",
        "aes/sha384, 405, 453, 1141",
        "aes/sha512, 389, 437, 1125",
        "ctr/sha256, 434, 474, 1158",
    })
    void hasTheMinimaOfLibknet(String crypto, int safe, int ipv4, int ipv6) {
        assertThat(arithmetic(crypto).safeDataMtu()).isEqualTo(safe);
        assertThat(arithmetic(crypto).dataMtuOfInterface(576, false)).isEqualTo(ipv4);
        assertThat(arithmetic(crypto).dataMtuOfInterface(1280, true)).isEqualTo(ipv6);
    }

    @ParameterizedTest
    @CsvSource({
        "576, false, 522, 469, 485, 437",
        "1280, true, 1206, 1157, 1157, 1125",
        "1500, false, 1446, 1397, 1397, 1365",
        "1500, true, 1426, 1365, 1381, 1333",
        "9000, false, 8946, 8885, 8901, 8853",
        "9000, true, 8926, 8869, 8885, 8837",
        "65535, false, 65481, 65429, 65429, 65397",
        "65535, true, 65461, 65397, 65413, 65365",
    })
    void findsTheDataMtusThatLibknetFinds(
            int mtu, boolean ipv6, int none, int sha256, int sha1, int sha512) {
        assertThat(MtuArithmetic.CLEAR.dataMtuOfInterface(mtu, ipv6)).isEqualTo(none);
        assertThat(arithmetic("aes/sha256").dataMtuOfInterface(mtu, ipv6)).isEqualTo(sha256);
        assertThat(arithmetic("aes/sha1").dataMtuOfInterface(mtu, ipv6)).isEqualTo(sha1);
        assertThat(arithmetic("aes/sha512").dataMtuOfInterface(mtu, ipv6)).isEqualTo(sha512);
    }

    /** What a packet of that many bytes is when it was padded, salted and signed. */
    private static int sealed(MtuArithmetic crypto, int packet) {
        int padded =
                crypto.block() == 0 ? packet : packet + crypto.block() - packet % crypto.block();
        return padded + crypto.salt() + crypto.hash();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "none/sha256", "aes/md5", "aes/sha512", "ctr/sha256"})
    void tellsHowLongASealedPacketIs(String crypto) {
        MtuArithmetic arithmetic = arithmetic(crypto);
        for (int packet = 1; packet < 100; packet++) {
            assertThat(arithmetic.sealedLength(packet)).isEqualTo(sealed(arithmetic, packet));
        }
    }

    /** The largest interface MTU that gives no smaller datagrams than a data MTU asks for. */
    private static int interfaceMtu(MtuArithmetic crypto, int dataMtu) {
        return sealed(crypto, dataMtu + Packets.PING_SIZE) + 28;
    }

    @ParameterizedTest
    @CsvSource({
        "none",
        "none/sha256",
        "aes/md5",
        "aes/sha1",
        "aes/sha256",
        "aes/sha384",
        "aes/sha512",
        "ctr/sha256"
    })
    void everyInterfaceMtuIsUsedAsFarAsBlocksAllow(String name) {
        MtuArithmetic crypto = arithmetic(name);
        for (int mtu = 576; mtu <= 65_535; mtu += 15) {
            int dataMtu = crypto.dataMtuOfInterface(mtu, false);
            int needed = interfaceMtu(crypto, dataMtu);
            assertThat(needed).as("needed for %d", mtu).isLessThanOrEqualTo(mtu);
            assertThat(interfaceMtu(crypto, dataMtu + 1))
                    .as("needed for one byte more than %d takes", mtu)
                    .isGreaterThan(mtu);
            assertThat(crypto.dataMtuOfInterface(needed, false)).as("back").isEqualTo(dataMtu);
        }
    }

    @ParameterizedTest
    @CsvSource({"none", "none/sha256", "aes/md5", "aes/sha1", "aes/sha512", "ctr/sha256"})
    void neverPlansADatagramThatIsTooLarge(String crypto) {
        MtuArithmetic arithmetic = arithmetic(crypto);
        for (int payload = 508; payload <= 65_507; payload++) {
            int plain = arithmetic.dataMtu(payload) + Packets.PING_SIZE;
            int padded =
                    arithmetic.block() == 0
                            ? plain
                            : plain + arithmetic.block() - plain % arithmetic.block();
            assertThat(padded + arithmetic.salt() + arithmetic.hash()).isLessThanOrEqualTo(payload);
        }
    }

    @Test
    void isNegativeRatherThanHugeWhenThereIsNoRoom() {
        for (int payload = 0; payload < 26; payload++) {
            assertThat(MtuArithmetic.CLEAR.dataMtu(payload)).isNegative();
            assertThat(arithmetic("aes/sha512").dataMtu(payload)).isNegative();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1446, 1",
        "1446, 1446, 1",
        "1447, 1446, 2",
        "2892, 1446, 2",
        "2893, 1446, 3",
        "2000, 946, 3",
        "65536, 1446, 46",
        "65536, 259, 254",
        "65536, 258, 255",
    })
    void roundsTheNumberOfFragmentsUp(int length, int dataMtu, int fragments) {
        assertThat(MtuArithmetic.fragments(length, dataMtu)).isEqualTo(fragments);
    }
}
