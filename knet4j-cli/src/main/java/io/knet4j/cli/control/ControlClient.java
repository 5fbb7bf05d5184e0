package io.knet4j.cli.control;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.knet4j.cli.CommandException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Asks a node through its control socket. */
final class ControlClient {

    private ControlClient() {}

    /**
     * Asks once.
     *
     * @param limit longest wait
     * @return the answer, which says that all went well
     * @throws CommandException what the node answers otherwise; or it does not answer at all
     */
    static JsonObject ask(Path socket, ControlRequest request, Duration limit)
            throws CommandException {
        byte[] answer;
        try {
            answer = exchange(socket, request, limit);
        } catch (AsynchronousCloseException e) {
            throw failed(socket, "no answer within " + limit.toSeconds() + " seconds", e);
        } catch (ConnectException e) {
            throw failed(socket, "no node is running there", e);
        } catch (IOException e) {
            throw Files.exists(socket)
                    ? failed(socket, String.valueOf(e.getMessage()), e)
                    : failed(socket, "there is no such file", new NoSuchFileException("" + socket));
        }
        return understood(answer);
    }

    /**
     * What an answer says if all went well.
     *
     * @throws CommandException what it says otherwise
     */
    static JsonObject understood(byte[] line) throws CommandException {
        JsonObject answer = ControlProtocol.parse(line);
        JsonElement ok = answer.get("ok");
        if (ok == null || !ok.isJsonPrimitive() || !ok.getAsBoolean()) {
            throw ControlProtocol.errorOf(answer);
        }
        return answer;
    }

    /** Whether it turned out that no node is there at all. */
    static boolean isAbsence(Throwable problem) {
        return problem.getCause() instanceof ConnectException
                || problem.getCause() instanceof NoSuchFileException;
    }

    private static byte[] exchange(Path socket, ControlRequest request, Duration limit)
            throws IOException, CommandException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            Thread watch = closeAfter(limit, channel);
            try {
                channel.connect(UnixDomainSocketAddress.of(socket));
                ControlProtocol.writeLine(channel, request.toJson());
                byte[] answer = ControlProtocol.readLine(channel, ControlProtocol.MAX_ANSWER_BYTES);
                if (answer.length == 0) {
                    throw failed(socket, "the node ended before it answered", null);
                }
                return answer;
            } finally {
                watch.interrupt();
            }
        }
    }

    private static Thread closeAfter(Duration limit, SocketChannel channel) {
        return Thread.ofVirtual()
                .name("knet-control-limit")
                .start(() -> {
                    try {
                        Thread.sleep(limit);
                        channel.close();
                    } catch (InterruptedException | IOException _) {
                        // the answer came, or nobody is left to be told
                    }
                });
    }

    private static CommandException failed(Path socket, String why, @Nullable Exception cause) {
        String line = "control socket " + socket + ": " + why;
        return cause == null ? CommandException.failed(line) : CommandException.failed(line, cause);
    }
}
