package io.knet4j.bench.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.SharedKey;
import io.knet4j.bench.CommandRun;
import io.knet4j.testkit.relay.FreePorts;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TwoMachinesTest {

    @Test
    void bothDirectionsAndRoundTripsAreMeasured(@TempDir Path folder) {
        Path key = folder.resolve("key");
        try (SharedKey secret = SharedKey.generate()) {
            secret.write(key);
        }
        String address = Connector.text(FreePorts.loopback4());
        CompletableFuture<CommandRun> listener =
                CompletableFuture.supplyAsync(() ->
                        CommandRun.of("--listen", address, "--key", key.toString(), "--once"));
        CommandRun run =
                CommandRun.of(
                        "--connect",
                        address,
                        "--key",
                        key.toString(),
                        "--size=1400",
                        "--seconds=0.2",
                        "--trips=20");
        assertThat(run.exitCode()).as("%s", run.err()).isZero();
        assertThat(run.out()).hasSize(5);
        assertThat(run.out().get(2)).startsWith("   1400  there ");
        assertThat(run.out().get(3)).startsWith("   1400  back ");
        assertThat(run.out().get(4)).startsWith("   1400  round trip p50 ");
        assertThat(listener.join().exitCode()).isZero();
    }
}
