package io.knet4j.compress;

import java.io.OutputStream;

/** Writes into a part of an array; what does not fit is left out. */
final class BoundedOutput extends OutputStream {
    private final byte[] target;
    private final int offset;
    private final int limit;
    private int at;

    BoundedOutput(byte[] target, int offset, int limit) {
        this.target = target;
        this.offset = offset;
        this.limit = limit;
        at = offset;
    }

    @Override
    public void write(int value) {
        if (at < limit) {
            target[at] = (byte) value;
        }
        at++;
    }

    @Override
    public void write(byte[] source, int from, int count) {
        if (count <= limit - at) {
            System.arraycopy(source, from, target, at, count);
        }
        at += count; // at most what was compressed and a little more: cannot overflow
    }

    /** Number of bytes written, -1 when they did not fit. */
    int length() {
        return at <= limit ? at - offset : -1;
    }
}
