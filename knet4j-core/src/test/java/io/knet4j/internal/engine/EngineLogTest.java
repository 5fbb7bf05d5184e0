package io.knet4j.internal.engine;

import static io.knet4j.internal.engine.TestNode.remote;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.LogSubsystem;
import org.junit.jupiter.api.Test;

class EngineLogTest {
    private int made;

    private String line() {
        return "line " + ++made;
    }

    @Test
    void makesLinesOnlyWhenTheyAreLogged() {
        RecordingOutput output = new RecordingOutput();
        EngineLog log = new EngineLog(output);
        output.recording = false;
        log.debug(LogSubsystem.LINK, this::line);
        assertThat(made).isZero();
        output.recording = true;
        log.debug(LogSubsystem.LINK, this::line);
        assertThat(output.logged).containsExactly("DEBUG line 1");
    }

    @Test
    void aSuspicionIsOneLine() {
        TestNode node = new TestNode();
        HostState host = node.hostUp(2, 1);
        node.output.logged.clear();
        for (int i = 0; i < 5; i++) {
            node.engine.unreachable(node.now, host.link(0).path.socket(), remote(2, 0));
        }
        assertThat(node.output.logged)
                .containsExactly(
                        "DEBUG link 0 to host 2 (host-2): the network reports that it cannot be"
                                + " reached; the answers to the next two pings will tell");
    }
}
