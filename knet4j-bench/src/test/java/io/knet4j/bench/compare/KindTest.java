package io.knet4j.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KindTest {

    @Test
    void kindsAreCalledByTheNamesOfTheirParts() {
        assertThat(Kind.named("plain")).containsExactly(new Kind.Plain());
        assertThat(Kind.named("aes-256-ctr+SHA256"))
                .containsExactly(new Kind.Protected("aes256-ctr", "sha256"));
        assertThat(Kind.named("zstd")).extracting(Kind::name).containsExactly("zstd");
    }

    @Test
    void suitesAreAllCiphersWithAllHashes() {
        assertThat(Kind.named("suites"))
                .hasSize(35)
                .extracting(Kind::name)
                .contains("none+md5", "aes256+sha256", "aes128-ctr+sha512")
                .doesNotHaveDuplicates();
    }

    @Test
    void otherNamesAreNoKinds() {
        assertThat(Kind.named("")).isEmpty();
        assertThat(Kind.named("none")).isEmpty();
        assertThat(Kind.named("aes256")).isEmpty();
        assertThat(Kind.named("aes256+")).isEmpty();
        assertThat(Kind.named("aes256+none")).isEmpty();
        assertThat(Kind.named("+sha256")).isEmpty();
    }
}
