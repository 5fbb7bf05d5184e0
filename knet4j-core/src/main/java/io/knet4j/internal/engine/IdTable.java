package io.knet4j.internal.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An immutable table of up to 65,536 entries by id, that is small when few are taken and quick to
 * look up.
 */
final class IdTable<T> {
    private static final int PAGE_BITS = 8;
    private static final int PAGE_SIZE = 1 << PAGE_BITS;
    private static final int MAX_ID = 65_535;

    private final @Nullable Object[] @Nullable [] pages;

    private IdTable(@Nullable Object[] @Nullable [] pages) {
        this.pages = pages;
    }

    static <T> IdTable<T> empty() {
        return new IdTable<>(new Object[0][]);
    }

    @SuppressWarnings("unchecked") // only with() puts entries in
    @Nullable T get(int id) {
        int page = id >>> PAGE_BITS;
        if (page >= pages.length) {
            return null;
        }
        @Nullable Object[] entries = pages[page];
        return entries == null ? null : (T) entries[id & PAGE_SIZE - 1];
    }

    /** A copy in which the id has this entry, or none. */
    IdTable<T> with(int id, @Nullable T entry) {
        if (id < 0 || id > MAX_ID) {
            throw new IllegalArgumentException("id " + id);
        }
        int page = id >>> PAGE_BITS;
        @Nullable Object[] @Nullable [] copy =
                Arrays.copyOf(pages, Math.max(pages.length, page + 1));
        @Nullable Object[] entries = copy[page];
        entries = entries == null ? new Object[PAGE_SIZE] : entries.clone();
        entries[id & PAGE_SIZE - 1] = entry;
        copy[page] = entries;
        return new IdTable<>(copy);
    }
}
