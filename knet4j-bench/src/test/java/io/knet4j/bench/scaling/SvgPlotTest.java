package io.knet4j.bench.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.bench.scaling.SvgPlot.Panel;
import io.knet4j.bench.scaling.SvgPlot.Point;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class SvgPlotTest {

    @Test
    void plotsEveryPointOfEveryPanel() throws Exception {
        String svg =
                SvgPlot.of(
                        List.of(
                                new Panel(
                                        "CPU, %",
                                        "hosts",
                                        List.of(
                                                new Point(10, 0.25),
                                                new Point(100, 20),
                                                new Point(1000, 12_345))),
                                new Panel("One", "hosts", List.of(new Point(10, 0))),
                                new Panel("None", "hosts", List.of())));
        Document parsed =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        assertThat(parsed.getElementsByTagName("circle").getLength()).isEqualTo(4);
        assertThat(svg)
                .contains(">CPU, %</text>", ">0.25<", ">20<", ">12,345<", ">1,000<")
                .doesNotContain("None", "NaN");
    }
}
