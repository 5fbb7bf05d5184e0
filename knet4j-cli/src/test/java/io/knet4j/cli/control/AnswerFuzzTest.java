package io.knet4j.cli.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.gson.JsonObject;
import io.knet4j.cli.CommandException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever answers at a control socket, it is understood or refused. */
class AnswerFuzzTest {
    private static final int ROUNDS = 20_000;
    private static final Path SOCKET = Path.of("s");

    static Stream<byte[]> corpus() {
        return Stream.of(
                        "{\"knet\":1,\"ok\":true,\"node\":{\"id\":1,\"name\":\"a\",\"cluster\":null,\"pid\":7}}",
                        "{\"knet\":1,\"ok\":true,\"node\":{\"id\":\"x\",\"name\":[],\"pid\":1e999}}",
                        "{\"knet\":1,\"ok\":true,\"node\":[]}",
                        "{\"knet\":1,\"ok\":false,\"exit_code\":2,\"errors\":[\"no such host\",\"x\"]}",
                        "{\"knet\":1,\"ok\":false,\"exit_code\":\"2\",\"errors\":[1,true]}",
                        "{\"knet\":1,\"ok\":false,\"exit_code\":\"no\",\"errors\":[\"\"]}",
                        "{\"knet\":1,\"ok\":false,\"exit_code\":1,\"errors\":[[],{},null]}",
                        "{\"ok\":\"true\"}",
                        "{\"ok\":[]}",
                        "[]",
                        "")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("corpus")
    @FuzzTest
    void answers(byte[] input) {
        try {
            JsonObject answer = ControlClient.understood(input);
            RunningNode node = NodeSelection.node(SOCKET, answer);
            ControlProtocol.lines(answer.get("text")).forEach(Assertions::assertNotNull);
            assertThat(node.toString()).contains("node " + node.id());
        } catch (CommandException e) {
            assertThat(e.lines()).isNotEmpty();
        }
    }

    @Test
    void everyAnswerIsUnderstoodOrRefused() {
        corpus().forEach(this::answers);
        long seed = Long.getLong("knet4j.seed", System.nanoTime());
        Random random = new Random(seed);
        byte[][] corpus = corpus().filter(input -> input.length > 0).toArray(byte[][]::new);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] input = corpus[random.nextInt(corpus.length)].clone();
            for (int wounds = random.nextInt(4); wounds >= 0; wounds--) {
                input[random.nextInt(input.length)] =
                        (byte) "{}[]:,\"0e-x".charAt(random.nextInt(11));
            }
            try {
                answers(input);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("replay with -Dknet4j.seed=" + seed, e);
            }
        }
    }
}
