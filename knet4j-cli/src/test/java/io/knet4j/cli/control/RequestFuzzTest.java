package io.knet4j.cli.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.knet4j.cli.CommandException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a client of a control socket writes, it gets one answer, which never tells of a mistake
 * of ours, and what is done is a request that was understood.
 */
class RequestFuzzTest {
    private static final int ROUNDS = 1_000;

    /** Less than the socket takes without anybody reading. */
    private static final int MOST_BYTES = 1 << 16;

    private static final Duration LIMIT = Duration.ofMinutes(1);

    private static Path folder;
    private static ServerSocketChannel server;

    static Stream<byte[]> corpus() {
        return Stream.concat(
                        Stream.of(
                                        new ControlRequest.Hello(),
                                        new ControlRequest.Status(),
                                        new ControlRequest.SetEnabled("beta", 7, true),
                                        new ControlRequest.SetEnabled("2", 0, false),
                                        new ControlRequest.SetPriority("beta", 1, 255),
                                        new ControlRequest.Reload(true, true))
                                .map(request -> request.toJson() + "\n"),
                        Stream.of(
                                "{}",
                                "[]",
                                "null",
                                "{\"knet\":1.0e0,\"do\":\"hello\"}",
                                "{\"knet\":1,\"do\":\"link-enable\",\"host\":2,\"link\":1.50,\"x\":[[{}]]}",
                                "{\"knet\":1,\"do\":\"link-priority\",\"host\":\"\\ud800\",\"link\":\"1\"}",
                                "{\"knet\":1,\"knet\":1,\"do\":\"reload\",\"dry_run\":null}\n{}",
                                "[".repeat(5_000),
                                "\n" + " ".repeat(10_000),
                                " ".repeat(ControlProtocol.MAX_REQUEST_BYTES + 1)))
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @BeforeAll
    static void listen() throws IOException {
        folder = Files.createTempDirectory("knet-fuzz");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(folder.resolve("s")));
    }

    @AfterAll
    static void close() throws IOException {
        server.close();
        Files.delete(folder.resolve("s"));
        Files.delete(folder);
    }

    @MethodSource("corpus")
    @FuzzTest
    void requests(byte[] input) {
        ByteBuffer line = ByteBuffer.wrap(input, 0, Math.min(input.length, MOST_BYTES));
        try (SocketChannel client = SocketChannel.open(server.getLocalAddress())) {
            Handler handler = new Handler();
            SocketChannel accepted = server.accept();
            while (line.hasRemaining()) {
                client.write(line);
            }
            client.shutdownOutput();
            new ControlConnection(accepted, handler, LIMIT, _ -> {}).run();
            // Who asks nothing and goes on writing finds the connection reset.
            boolean asks = input.length > 0 && input[0] != '\n';
            byte[] answer =
                    asks
                            ? ControlProtocol.readLine(client, ControlProtocol.MAX_ANSWER_BYTES)
                            : new byte[0];
            assertThat(answer.length > 0).as("answered").isEqualTo(asks);
            check(answer, handler);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void check(byte[] answer, Handler handler) {
        if (answer.length == 0) {
            assertThat(handler.asked).as("done without an answer").isNull();
            return;
        }
        String text = new String(answer, StandardCharsets.UTF_8);
        JsonObject json = JsonParser.parseString(text).getAsJsonObject();
        assertThat(json.get("knet").getAsInt()).isEqualTo(ControlProtocol.VERSION);
        assertThat(json.get("ok").getAsBoolean()).as(text).isEqualTo(handler.asked != null);
        if (handler.asked == null) {
            assertThat(json.getAsJsonArray("errors")).isNotEmpty();
            assertThat(text).doesNotContain("internal error").hasSizeLessThan(1_000);
        }
    }

    /** Remembers what it was asked, which must survive the way over the socket once more. */
    private static final class Handler implements ControlHandler {
        private ControlRequest asked;

        @Override
        public JsonObject answer(ControlRequest request) throws CommandException {
            assertThat(ControlRequest.of(request.toJson())).isEqualTo(request);
            asked = request;
            return new JsonObject();
        }
    }

    @Test
    void everyRequestGetsOneAnswer() {
        List<byte[]> corpus = corpus().toList();
        corpus.forEach(this::requests);
        long seed = Long.getLong("knet4j.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] input = corpus.get(random.nextInt(corpus.size())).clone();
            for (int wounds = random.nextInt(4); wounds >= 0; wounds--) {
                input[random.nextInt(input.length)] = (byte) random.nextInt(128);
            }
            try {
                requests(input);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("replay with -Dknet4j.seed=" + seed, e);
            }
        }
    }
}
