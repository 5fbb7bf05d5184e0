package io.knet4j.cli.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.knet4j.KnetClosedException;
import io.knet4j.cli.CommandException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlServerTest {

    /** Nobody is sent away for being slow. */
    private static final Duration PATIENT = Duration.ofMinutes(1);

    private static final Duration HASTY = Duration.ofMillis(200);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

    @TempDir private Path folder;
    private Path path;
    private final CountDownLatch blocked = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final List<SocketChannel> clients = new ArrayList<>();
    private ControlServer server;

    @BeforeEach
    void choosePath() {
        path = folder.resolve("s");
    }

    @AfterEach
    void close() throws IOException {
        release.countDown();
        for (SocketChannel client : clients) {
            client.close();
        }
        server.close();
        assertThat(path).doesNotExist();
    }

    private void start(Duration clientLimit) throws IOException {
        server =
                ControlServer.start(ControlSocket.bind(path), "control", this::answer, clientLimit);
    }

    private JsonObject answer(ControlRequest request) throws CommandException {
        JsonObject json = new JsonObject();
        switch (request) {
            case ControlRequest.Hello _ -> json.addProperty("hello", true);
            case ControlRequest.Status _ -> json.addProperty("large", "x".repeat(8 << 20));
            case ControlRequest.SetEnabled _ -> throw CommandException.failed("no way");
            case ControlRequest.SetPriority _ -> throw new IllegalStateException("a mistake");
            case ControlRequest.Reload _ -> {
                blocked.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw CommandException.failed("interrupted", e);
                }
            }
        }
        return json;
    }

    private SocketChannel connect() throws IOException {
        SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
        clients.add(client);
        client.connect(UnixDomainSocketAddress.of(path));
        return client;
    }

    private static void write(SocketChannel client, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        while (bytes.hasRemaining()) {
            client.write(bytes);
        }
    }

    private static JsonObject read(SocketChannel client) throws IOException {
        byte[] line = ControlProtocol.readLine(client, ControlProtocol.MAX_ANSWER_BYTES);
        return JsonParser.parseString(new String(line, StandardCharsets.UTF_8)).getAsJsonObject();
    }

    private static void assertRefused(JsonObject answer, int exitCode, String problem) {
        assertThat(answer.get("knet").getAsInt()).isEqualTo(1);
        assertThat(answer.get("ok").getAsBoolean()).isFalse();
        assertThat(answer.get("exit_code").getAsInt()).isEqualTo(exitCode);
        assertThat(answer.getAsJsonArray("errors")).hasSize(1);
        assertThat(answer.getAsJsonArray("errors").get(0).getAsString()).contains(problem);
    }

    private JsonObject ask(ControlRequest request) throws CommandException {
        return ControlClient.ask(path, request, ANSWER_LIMIT);
    }

    private void assertAnswers() throws CommandException {
        assertThat(ask(new ControlRequest.Hello()).get("hello").getAsBoolean()).isTrue();
    }

    @Test
    void answersOneRequestPerConnection() throws Exception {
        start(PATIENT);
        SocketChannel client = connect();
        write(client, "{\"knet\":1,");
        write(client, "\"do\":\"hello\"}\n{\"knet\":1,\"do\":\"hello\"}\n");
        assertThat(read(client)).hasToString("{\"knet\":1,\"ok\":true,\"hello\":true}");
        assertThat(ControlProtocol.readLine(client, 1)).isEmpty();
        SocketChannel withoutLineFeed = connect();
        write(withoutLineFeed, "{\"knet\":1,\"do\":\"hello\"}");
        withoutLineFeed.shutdownOutput();
        assertThat(read(withoutLineFeed).get("ok").getAsBoolean()).isTrue();
    }

    @Test
    void tellsWhatFailed() throws Exception {
        start(PATIENT);
        assertThatThrownBy(() -> ask(new ControlRequest.SetEnabled("b", 1, true)))
                .hasMessage("no way")
                .isInstanceOfSatisfying(
                        CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(1));
        assertThatThrownBy(() -> ask(new ControlRequest.SetPriority("b", 1, 1)))
                .hasMessage("internal error: java.lang.IllegalStateException: a mistake");
        assertAnswers();
    }

    @Test
    void garbageGetsOneClearError() throws Exception {
        long seed = Long.getLong("knet4j.seed", System.nanoTime());
        Random random = new Random(seed);
        start(PATIENT);
        for (int i = 0; i < 200; i++) {
            byte[] garbage = new byte[1 + random.nextInt(2_000)];
            random.nextBytes(garbage);
            SocketChannel client = connect();
            write(
                    client,
                    new String(garbage, StandardCharsets.ISO_8859_1).replace('\n', 'n') + "\n");
            JsonObject answer = read(client);
            assertThat(answer.get("ok").getAsBoolean()).as("seed %d", seed).isFalse();
            assertRefused(answer, 2, "is no JSON object on a single line");
        }
        SocketChannel silent = connect();
        silent.shutdownOutput();
        assertThat(ControlProtocol.readLine(silent, 1)).as("nothing asked").isEmpty();
        assertAnswers();
    }

    @Test
    void aLineHasALimit() throws Exception {
        start(PATIENT);
        SocketChannel client = connect();
        try {
            write(client, "x".repeat(4 << 20));
        } catch (IOException _) {
            // it had enough before
        }
        assertRefused(read(client), 2, "a request has at most 16384 bytes");
        assertAnswers();
    }

    @Test
    void halfALineIsNotWaitedForLong() throws Exception {
        start(HASTY);
        SocketChannel half = connect();
        write(half, "{\"knet\":1,");
        SocketChannel nothing = connect();
        assertAnswers();
        assertRefused(read(half), 1, "no whole line came within 200 ms");
        assertRefused(read(nothing), 1, "no whole line came within 200 ms");
    }

    @Test
    void anAnswerThatNobodyTakesIsDropped() throws Exception {
        start(HASTY);
        SocketChannel client = connect();
        write(client, "{\"knet\":1,\"do\":\"status\"}\n");
        assertAnswers();
        // What is in the buffers can still be read, but not the end.
        ByteBuffer first = ByteBuffer.allocate(1);
        client.read(first);
        awaitSentAway(client);
        assertThatThrownBy(() -> read(client)).isInstanceOf(Exception.class);
    }

    /** Writing to it fails. */
    private static void awaitSentAway(SocketChannel client) throws InterruptedException {
        long deadline = System.nanoTime() + ANSWER_LIMIT.toNanos();
        while (System.nanoTime() - deadline < 0) {
            try {
                write(client, "x");
            } catch (IOException _) {
                return;
            }
            Thread.sleep(1);
        }
        throw new AssertionError("still connected");
    }

    @Test
    void manySilentClientsKeepNobodyOut() throws Exception {
        start(PATIENT);
        for (int i = 0; i < 100; i++) {
            write(connect(), "{");
        }
        assertAnswers();
        assertRefused(read(clients.getFirst()), 1, "the node has too many clients");
        for (int i = 0; i < 500; i++) {
            connect();
        }
        assertAnswers();
    }

    @Test
    void aRequestThatTakesLongHoldsUpNobody() throws Exception {
        start(HASTY);
        SocketChannel client = connect();
        write(client, "{\"knet\":1,\"do\":\"reload\"}\n");
        blocked.await();
        assertAnswers();
        Thread.sleep(HASTY.multipliedBy(2)); // longer than a client might take
        release.countDown();
        assertThat(read(client).get("ok").getAsBoolean()).isTrue();
    }

    @Test
    void tellsThoseWhoWaitThatTheNodeEnds() throws Exception {
        start(PATIENT);
        SocketChannel client = connect();
        write(client, "{");
        assertAnswers(); // so the other one was accepted before
        server.close();
        assertThat(path).doesNotExist();
        assertRefused(read(client), 1, "the node ends");
        assertThatThrownBy(this::assertAnswers)
                .hasMessage("control socket " + path + ": there is no such file");
    }

    @Test
    void aClientDoesNotWaitForEver() throws Exception {
        start(PATIENT);
        assertThatThrownBy(() ->
                        ControlClient.ask(
                                path,
                                new ControlRequest.Reload(false, false),
                                Duration.ofSeconds(1)))
                .hasMessage("control socket " + path + ": no answer within 1 seconds");
    }

    @Test
    void aClosedNodeSaysSo() throws Exception {
        server =
                ControlServer.start(
                        ControlSocket.bind(path),
                        "control",
                        _ -> {
                            throw new KnetClosedException("closed");
                        },
                        PATIENT);
        assertThatThrownBy(this::assertAnswers).hasMessage("the node ends");
        assertThat(Files.exists(path)).isTrue();
    }
}
