package io.knet4j.cli.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MessageTextTest {

    private static String printable(String text) {
        return MessageText.printable(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void leavesTextAsItIs() {
        assertThat(printable("Grüße\t\\ 🙂")).isEqualTo("Grüße\t\\ 🙂");
    }

    @Test
    void showsControlCharactersRatherThanObeyThem() {
        assertThat(printable("\u001b[2J\r\nfrom 1: no\u0085"))
                .isEqualTo("\\x1b[2J\\x0d\\x0afrom 1: no\\x85");
    }

    @Test
    void showsBytesThatAreNoText() {
        assertThat(MessageText.printable(new byte[] {'a', (byte) 0xff, 0, 'b'}))
                .isEqualTo("a\\xff\\x00b");
        assertThat(MessageText.utf8(new byte[] {(byte) 0xc3})).isEmpty();
    }
}
