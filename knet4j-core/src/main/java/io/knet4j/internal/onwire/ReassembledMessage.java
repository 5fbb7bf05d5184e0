package io.knet4j.internal.onwire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A complete message: in one piece, or in the pieces that were received. */
public final class ReassembledMessage {
    private final LentFragments lent;
    private ByteBuffer whole = ByteBuffer.allocate(0);
    private int pieces = LentFragments.NONE;
    private int pieceLength;
    private int length;
    private @Nullable ByteBuffer joined;

    ReassembledMessage(LentFragments lent) {
        this.lent = lent;
    }

    void setWhole(ByteBuffer buffer, int newLength) {
        whole = buffer;
        pieces = LentFragments.NONE;
        length = newLength;
    }

    /**
     * Sets a message in pieces.
     *
     * @param newPieceLength length of each but the last
     */
    void setPieces(int newest, int newPieceLength, int newLength) {
        pieces = newest;
        pieceLength = newPieceLength;
        length = newLength;
    }

    public int length() {
        return length;
    }

    /** Whether it is in pieces, so that {@link #copyTo} is cheaper than {@link #buffer}. */
    public boolean isInPieces() {
        return pieces != LentFragments.NONE;
    }

    /** Copies it to this place. */
    public void copyTo(ByteBuffer target, int at) {
        if (!isInPieces()) {
            target.put(at, whole, 0, length);
            return;
        }
        for (int i = pieces; i != LentFragments.NONE; i = lent.before(i)) {
            int start = (lent.number(i) - 1) * pieceLength;
            target.put(at + start, lent.packet(i), lent.offset(i), lent.length(i));
        }
    }

    /** The message in one piece, from index 0. */
    public ByteBuffer buffer() {
        if (isInPieces()) {
            ByteBuffer buffer = joined;
            if (buffer == null) {
                buffer = ByteBuffer.allocate(Reassembler.MAX_MESSAGE);
                joined = buffer;
            }
            copyTo(buffer, 0);
            setWhole(buffer, length);
        }
        return whole;
    }
}
