package io.knet4j.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Knet;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExamplesTest {
    @Test
    void helloCompilesWithTheCoreAlone(@TempDir Path classes) throws Exception {
        Path core = Path.of(Knet.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Process compiler =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "javac").toString(),
                                "-Xlint",
                                "-Werror",
                                "-d",
                                classes.toString(),
                                "-cp",
                                core.toString(),
                                Path.of("..", "examples", "Hello.java").toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(compiler.getInputStream().readAllBytes(), UTF_8);
        assertThat(compiler.waitFor()).as(said).isZero();
    }
}
