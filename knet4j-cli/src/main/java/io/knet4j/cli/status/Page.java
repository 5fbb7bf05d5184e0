package io.knet4j.cli.status;

/** Lines of text that are not wider than a terminal, as long as words allow it. */
final class Page {

    static final int WIDTH = 80;

    private final StringBuilder text = new StringBuilder();

    /** An empty line. */
    void gap() {
        text.append('\n');
    }

    /** A line from the left margin. */
    void line(String words) {
        wrapped("", 2, words);
    }

    /**
     * A line with a label.
     *
     * @param column where the words begin, also in further lines
     */
    void entry(int indent, String label, int column, String words) {
        String start = " ".repeat(indent) + label;
        wrapped(start + " ".repeat(Math.max(1, column - start.length())), column, words);
    }

    private void wrapped(String start, int column, String words) {
        StringBuilder line = new StringBuilder(start);
        boolean empty = true;
        for (String word : words.split(" ")) {
            if (!empty && line.length() + 1 + word.length() > WIDTH) {
                text.append(line).append('\n');
                line = new StringBuilder(" ".repeat(column));
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        text.append(line).append('\n');
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
