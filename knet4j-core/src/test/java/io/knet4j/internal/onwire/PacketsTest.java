package io.knet4j.internal.onwire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class PacketsTest {
    private static final int AT = 3; // packets do not start where their buffer does
    private final ByteBuffer buffer = ByteBuffer.allocate(64);

    private static String hex(String spaced) {
        return spaced.replace(" ", "").replace("|", "");
    }

    private String written(int length) {
        byte[] bytes = new byte[length];
        buffer.get(AT, bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private void read(String spaced) {
        buffer.put(AT, HexFormat.of().parseHex(hex(spaced)));
    }

    @Test
    void writesThePeriodicPingOfTheSpecification() {
        Packets.writePing(buffer, AT, 1, 1, 0, 0x7905000000000000L, 0xfcad331d00000000L, 0, true);

        assertThat(written(Packets.PING_SIZE))
                .isEqualTo(
                        hex(
                                "01 81 0001 00 00 | 00 | 7905000000000000 fcad331d00000000 | 0000"
                                        + " | 01"));
    }

    @Test
    void writesTheForcedPingOfTheSpecification() {
        Packets.writePing(buffer, AT, 1, 258, 3, -1L, 0x1122334455667788L, 8191, false);

        assertThat(written(Packets.PING_SIZE))
                .isEqualTo(
                        hex(
                                "01 81 0102 00 00 | 03 | ffffffffffffffff 1122334455667788 | 1fff"
                                        + " | 00"));
    }

    @Test
    void overwritesWhateverWasInTheBuffer() {
        buffer.put(0, new byte[64]);
        for (int i = 0; i < 64; i++) {
            buffer.put(i, (byte) 0xee);
        }
        Packets.writePing(buffer, AT, 1, 1, 0, 0, 0, 0, false);
        assertThat(written(Packets.PING_SIZE)).doesNotContain("ee");

        Packets.writeData(buffer, AT, 1, 2, false, 1, 0, 3, 0);
        assertThat(written(Packets.DATA_HEADER)).doesNotContain("ee");
        assertThat(buffer.get(AT - 1)).isEqualTo((byte) 0xee);
        assertThat(buffer.get(AT + Packets.PING_SIZE)).isEqualTo((byte) 0xee);
    }

    @Test
    void answersThePingOfTheSpecification() {
        read("01 81 0001 00 00 | 00 | 7905000000000000 fcad331d00000000 | 0000 | 01");

        Packets.answer(buffer, AT, 2);

        assertThat(written(Packets.PING_SIZE))
                .isEqualTo(
                        hex(
                                "01 82 0002 00 00 | 00 | 7905000000000000 fcad331d00000000 | 0000"
                                        + " | 01"));
    }

    @Test
    void answersAProbeWithoutUnderstandingItsSize() {
        read("01 83 0001 00 00 | 00 | dc05");

        Packets.answer(buffer, AT, 2);

        assertThat(written(Packets.PMTUD_HEADER)).isEqualTo(hex("01 84 0002 00 00 | 00 | dc05"));
    }

    @Test
    void writesTheUnicastOfTheSpecification() {
        Packets.writeData(buffer, AT, 1, 1, false, 1, 0, 0, 0);

        assertThat(written(Packets.DATA_HEADER))
                .isEqualTo(hex("01 00 0001 00 00 | 0001 00 00 00 01 00 00"));
    }

    @Test
    void writesTheBroadcastOfTheSpecification() {
        Packets.writeData(buffer, AT, 300, 8000, true, 1, 0, 3, 0);

        assertThat(written(Packets.DATA_HEADER))
                .isEqualTo(hex("01 00 012c 00 00 | 1f40 00 00 01 01 00 03"));
    }

    @Test
    void writesTheFragmentsOfTheSpecification() {
        for (int number = 1; number <= 3; number++) {
            Packets.writeData(buffer, AT, 1, 3, false, 3, number, 0, 0);
            assertThat(written(Packets.DATA_HEADER))
                    .isEqualTo(hex("01 00 0001 00 00 | 0003 00 00 00 03 0" + number + " 00"));
        }
    }

    @Test
    void readsEveryFieldOfData() {
        read("01 00 fffe 00 00 | fffd 07 00 02 fe fc ff");

        assertThat(Packets.version(buffer, AT)).isEqualTo(1);
        assertThat(Packets.type(buffer, AT)).isEqualTo(Packets.DATA);
        assertThat(Packets.host(buffer, AT)).isEqualTo(0xfffe);
        assertThat(Packets.dataSequence(buffer, AT)).isEqualTo(0xfffd);
        assertThat(Packets.dataCompression(buffer, AT)).isEqualTo(7);
        assertThat(Packets.dataBroadcast(buffer, AT)).isTrue();
        assertThat(Packets.dataFragmentCount(buffer, AT)).isEqualTo(254);
        assertThat(Packets.dataFragmentNumber(buffer, AT)).isEqualTo(252);
        assertThat(Packets.dataChannel(buffer, AT)).isEqualTo(-1);
    }

    @Test
    void readsEveryFieldOfAPing() {
        read("01 81 8001 01 00 | 07 | 8905000000000000 fcad331d00000001 | ffff | 01");

        assertThat(Packets.type(buffer, AT)).isEqualTo(Packets.PING);
        assertThat(Packets.host(buffer, AT)).isEqualTo(0x8001);
        assertThat(Packets.link(buffer, AT)).isEqualTo(7);
        assertThat(Packets.pingTokenHigh(buffer, AT)).isEqualTo(0x8905000000000000L);
        assertThat(Packets.pingTokenLow(buffer, AT)).isEqualTo(0xfcad331d00000001L);
        assertThat(Packets.pingSequence(buffer, AT)).isEqualTo(65_535);
        assertThat(Packets.pingTimed(buffer, AT)).isTrue();
    }

    @Test
    void readsMissingHighestVersionAsOne() {
        read("01 81 0001 00 00");
        assertThat(Packets.maxVersion(buffer, AT)).isEqualTo(1);
        read("01 81 0001 ff 00");
        assertThat(Packets.maxVersion(buffer, AT)).isEqualTo(255);
    }

    @Test
    void knowsTheShortestPacketOfEachType() {
        assertThat(Packets.minLength(Packets.DATA)).isEqualTo(15);
        assertThat(Packets.minLength(Packets.PING)).isEqualTo(26);
        assertThat(Packets.minLength(Packets.PONG)).isEqualTo(26);
        assertThat(Packets.minLength(Packets.PMTUD)).isEqualTo(9);
        assertThat(Packets.minLength(Packets.PMTUD_REPLY)).isEqualTo(9);
        assertThat(Packets.minLength(0x01)).isZero();
        assertThat(Packets.minLength(0x80)).isZero();
        assertThat(Packets.minLength(0xff)).isZero();
    }
}
