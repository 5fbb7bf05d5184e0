package io.knet4j.cli.config;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is in a file, the outcome is a configuration or a {@link ConfigException}. A failure
 * names the seed; give it as {@code -Dknet4j.fuzz.seed=…} to see it again.
 *
 * <p>To fuzz this and the control socket for ten minutes each:
 *
 * <pre>./mvnw verify -Pfuzz -Dknet4j.fuzz.seconds=600 -pl knet4j-cli -am</pre>
 */
class ConfigFuzzTest {

    private static final int ROUNDS = 20_000;
    private static final Path EXAMPLE = Path.of("../examples/two-nodes/corosync.conf");

    private static final List<String> SPLINTERS =
            List.of(
                    "{",
                    "}",
                    ":",
                    "#",
                    "\n",
                    "\r",
                    "\0",
                    "totem {",
                    "nodelist {",
                    "interface {",
                    "knet4j {",
                    "hold_down: ",
                    "flap_damping: yes",
                    "flap_suppress: 2",
                    "flap_reuse: ",
                    "flap_max_suppress: ",
                    "loss_avoid: 1",
                    "loss_return: ",
                    "node {",
                    "linknumber: ",
                    "nodeid: ",
                    "ring0_addr: ",
                    "ring7_addr: ::1",
                    "ring8_addr: ",
                    "ring99999999999_addr: x",
                    "token: ",
                    "key: ",
                    "keyfile: \0",
                    "mcastport: ",
                    "knet_pong_count: 255",
                    "token: 30",
                    "0",
                    "-1",
                    "+",
                    "65535",
                    "4294967295",
                    "9223372036854775808",
                    "fe80::1%nosuch",
                    "[::1]",
                    "\ufeff",
                    "\ud800",
                    "ip_version: ipv4",
                    "secauth: on",
                    "crypto_hash: none");

    private final long seed = Long.getLong("knet4j.fuzz.seed", new Random().nextLong());
    private final Random random = new Random(seed);

    @BeforeEach
    void printSeed() {
        System.out.println("ConfigFuzzTest: -Dknet4j.fuzz.seed=" + seed);
    }

    static Stream<byte[]> corpus() throws IOException {
        return Stream.concat(
                Stream.of(Files.readAllBytes(EXAMPLE)),
                SPLINTERS.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)));
    }

    @MethodSource("corpus")
    @FuzzTest
    void configurations(byte[] input) {
        check(new String(input, StandardCharsets.UTF_8));
    }

    @Test
    void arbitraryBytesYieldAConfigurationOrAConfigException() {
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            check(new String(bytes, StandardCharsets.UTF_8));
        }
    }

    @Test
    void aDamagedConfigurationYieldsAConfigurationOrAConfigException() throws IOException {
        String whole = Files.readString(EXAMPLE);
        int accepted = 0;
        for (int round = 0; round < ROUNDS; round++) {
            if (check(damaged(whole))) {
                accepted++;
            }
        }
        // Were all or none of them fine, this would test only half of what it is meant to.
        assertTrue(
                accepted > ROUNDS / 100 && accepted < ROUNDS * 99 / 100,
                accepted + " accepted, seed " + seed);
    }

    private String damaged(String whole) {
        var text = new StringBuilder(whole);
        for (int wounds = 1 + random.nextInt(4); wounds > 0; wounds--) {
            int at = random.nextInt(text.length());
            int end = Math.min(text.length(), at + random.nextInt(20));
            switch (random.nextInt(5)) {
                case 0 ->
                        text.setCharAt(
                                at, (char) random.nextInt(random.nextBoolean() ? 128 : 65536));
                case 1 -> text.delete(at, end);
                case 2 -> text.insert(at, text.substring(at, end));
                case 3 -> text.insert(at, SPLINTERS.get(random.nextInt(SPLINTERS.size())));
                default -> {
                    List<String> lines =
                            new ArrayList<>(Arrays.asList(text.toString().split("\n", -1)));
                    Collections.swap(
                            lines, random.nextInt(lines.size()), random.nextInt(lines.size()));
                    text.replace(0, text.length(), String.join("\n", lines));
                }
            }
        }
        return text.toString();
    }

    /** Whether the text was accepted. */
    private boolean check(String text) {
        try {
            ClusterConfig config = ClusterConfig.parse("fuzz", text, ClusterConfigTest::resolve);
            for (ClusterNode node : config.nodes()) {
                config.linksOf(node.id());
            }
            return true;
        } catch (ConfigException e) {
            int lines = text.split("\n", -1).length;
            assertFalse(e.problems().isEmpty(), () -> context(text));
            assertTrue(
                    e.problems().stream().allMatch(p -> p.line() >= 0 && p.line() <= lines),
                    () -> context(text));
            assertTrue(
                    e.problems().stream()
                            .map(Problem::line)
                            .sorted(Comparator.naturalOrder())
                            .toList()
                            .equals(e.problems().stream().map(Problem::line).toList()),
                    () -> context(text));
            return false;
        } catch (RuntimeException | StackOverflowError e) {
            return fail(context(text), e);
        }
    }

    private String context(String text) {
        return "seed " + seed + ", text:\n" + text;
    }
}
