package io.knet4j.bench.scaling;

import static io.knet4j.bench.Lines.line;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;

/** Small line charts, two in a row, as an SVG file. The horizontal axes are logarithmic. */
final class SvgPlot {
    private static final int COLUMNS = 2;
    private static final int WIDTH = 420;
    private static final int HEIGHT = 240;
    private static final int LEFT = 50;
    private static final int RIGHT = 40;
    private static final int TOP = 44;
    private static final int BOTTOM = 48;
    private static final double HEADROOM = 1.15;

    /**
     * A chart.
     *
     * @param title what is plotted, with its unit
     * @param across what the horizontal axis is
     * @param points from left to right
     */
    record Panel(String title, String across, List<Point> points) {}

    /** A figure. */
    record Point(double x, double y) {}

    private final StringBuilder svg = new StringBuilder();

    private SvgPlot() {}

    static String of(List<Panel> panels) {
        return new SvgPlot().draw(panels.stream().filter(p -> !p.points().isEmpty()).toList());
    }

    private String draw(List<Panel> panels) {
        int rows = (panels.size() + COLUMNS - 1) / COLUMNS;
        add(
                "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' width='%d' height='%d'"
                        + " font-family='sans-serif' font-size='12'>",
                COLUMNS * WIDTH, rows * HEIGHT, COLUMNS * WIDTH, rows * HEIGHT);
        add("<rect width='100%%' height='100%%' fill='white'/>");
        for (int i = 0; i < panels.size(); i++) {
            add("<g transform='translate(%d,%d)'>", i % COLUMNS * WIDTH, i / COLUMNS * HEIGHT);
            draw(panels.get(i));
            add("</g>");
        }
        add("</svg>");
        return svg.toString();
    }

    private void draw(Panel panel) {
        List<Point> points = panel.points();
        double top = points.stream().mapToDouble(Point::y).max().orElse(0) * HEADROOM;
        int bottom = HEIGHT - BOTTOM;
        text(LEFT, TOP - 20, "start", "font-weight='bold'", panel.title());
        add("<path d='M%d %dV%dH%d' fill='none' stroke='#888'/>", LEFT, TOP, bottom, WIDTH - RIGHT);
        text(LEFT - 6, bottom + 4, "end", "fill='#555'", "0");
        text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", "fill='#555'", panel.across());
        StringBuilder line = new StringBuilder();
        for (Point point : points) {
            double x = across(point, points);
            double y = bottom - (top == 0 ? 0 : point.y() / top * (bottom - TOP));
            line.append(line.isEmpty() ? 'M' : 'L').append(line("%.1f %.1f", x, y));
            add("<circle cx='%.1f' cy='%.1f' r='3.5' fill='#1f6fb4'/>", x, y);
            text(x, y - 8, "middle", "", number(point.y()));
            text(x, bottom + 16, "middle", "fill='#555'", number(point.x()));
        }
        add("<path d='%s' fill='none' stroke='#1f6fb4' stroke-width='2'/>", line);
    }

    private static double across(Point point, List<Point> points) {
        double first = Math.log(points.getFirst().x());
        double last = Math.log(points.getLast().x());
        double share = last == first ? 0.5 : (Math.log(point.x()) - first) / (last - first);
        int inset = 20;
        return LEFT + inset + share * (WIDTH - LEFT - RIGHT - 2 * inset);
    }

    private void text(double x, double y, String anchor, String style, String text) {
        add("<text x='%.1f' y='%.1f' text-anchor='%s' %s>%s</text>", x, y, anchor, style, text);
    }

    private static String number(double value) {
        return value >= 100
                ? line("%,.0f", value)
                : BigDecimal.valueOf(value)
                        .round(new MathContext(3))
                        .stripTrailingZeros()
                        .toPlainString();
    }

    private void add(String format, Object... values) {
        svg.append(line(format, values)).append('\n');
    }
}
