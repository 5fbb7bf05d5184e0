package io.knet4j.cli.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.knet4j.cli.CommandException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControlRequestTest {

    private static JsonObject json(String text) throws CommandException {
        return ControlProtocol.parse(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void comesOutAsItWentIn() throws Exception {
        for (ControlRequest request :
                List.of(
                        new ControlRequest.Hello(),
                        new ControlRequest.Status(),
                        new ControlRequest.SetEnabled("beta", 7, true),
                        new ControlRequest.SetEnabled("2", 0, false),
                        new ControlRequest.SetPriority("beta", 1, 255),
                        new ControlRequest.Reload(true, false),
                        new ControlRequest.Reload(false, true))) {
            assertThat(ControlRequest.of(request.toJson())).isEqualTo(request);
        }
    }

    @Test
    void takesWhatOthersWrite() throws Exception {
        assertThat(
                        ControlRequest.of(
                                json(
                                        "{'do':'link-disable','host':2,'link':1.0,'knet':1,'new':[]}")))
                .isEqualTo(new ControlRequest.SetEnabled("2", 1, false));
        assertThat(ControlRequest.of(json("{'knet':1,'do':'reload'}")))
                .isEqualTo(new ControlRequest.Reload(false, false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'do':'hello'} | knet is missing; allowed: 1",
                "{'knet':2,'do':'hello'} | knet: value 2 is not allowed; allowed: 1",
                "{'knet':'1','do':'hello'} | knet: value \"1\" is not allowed; allowed: 1",
                "{'knet':1e999999999,'do':'hello'} | knet: value 1e999999999 is not allowed; allowed: 1",
                "{'knet':1} | do is missing; allowed: hello, status, link-enable, link-disable, link-priority, reload",
                "{'knet':1,'do':'dance'} | do: value \"dance\" is not allowed; allowed: hello, status, link-enable, link-disable, link-priority, reload",
                "{'knet':1,'do':['hello']} | do: value [\"hello\"] is not allowed; allowed: hello, status, link-enable, link-disable, link-priority, reload",
                "{'knet':1,'do':'link-enable','link':1} | host is missing; allowed: the id or the name of a host",
                "{'knet':1,'do':'link-enable','host':null,'link':1} | host: value null is not allowed; allowed: the id or the name of a host",
                "{'knet':1,'do':'link-enable','host':'','link':1} | host: value \"\" is not allowed; allowed: the id or the name of a host",
                "{'knet':1,'do':'link-enable','host':'b','link':8} | link: value 8 is not allowed; allowed: 0 to 7",
                "{'knet':1,'do':'link-enable','host':'b','link':0.5} | link: value 0.5 is not allowed; allowed: 0 to 7",
                "{'knet':1,'do':'link-priority','host':'b','link':0} | priority is missing; allowed: 0 to 255",
                "{'knet':1,'do':'link-priority','host':'b','link':0,'priority':-1} | priority: value -1 is not allowed; allowed: 0 to 255",
                "{'knet':1,'do':'reload','dry_run':'yes'} | dry_run: value \"yes\" is not allowed; allowed: true, false"
            })
    void namesWhatIsWrong(String request, String problem) throws Exception {
        JsonObject json = json(request);
        assertThatThrownBy(() -> ControlRequest.of(json))
                .hasMessage(problem)
                .isInstanceOfSatisfying(
                        CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``",
                "[]",
                "null",
                "1",
                "{",
                "{} {}",
                "{'a':}",
                "{a:1}",
                "\\u001b[2J",
                "GET / HTTP/1.1"
            })
    void takesJsonObjectsOnly(String text) {
        assertThatThrownBy(() -> json(text))
                .isInstanceOf(CommandException.class)
                .hasMessageEndingWith("is no JSON object on a single line");
    }

    @Test
    void quotesNothingThatATerminalObeys() {
        assertThat(ControlProtocol.quote("\u001b[2Ja\u0000b")).isEqualTo("?[2Ja?b");
        assertThat(ControlProtocol.quote("x".repeat(81))).isEqualTo("x".repeat(80) + "...");
    }
}
