package io.knet4j.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IdTableTest {
    @Test
    void holdsWhatWasPutIn() {
        Random random = new Random(3);
        Map<Integer, String> model = new HashMap<>();
        IdTable<String> table = IdTable.empty();
        for (int i = 0; i < 2000; i++) {
            int id = random.nextInt(random.nextBoolean() ? 300 : 65_536);
            String entry = random.nextInt(3) == 0 ? null : "e" + i;
            table = table.with(id, entry);
            model.put(id, entry);
        }
        for (int id = 0; id <= 65_535; id++) {
            assertThat(table.get(id)).isEqualTo(model.get(id));
        }
    }

    @Test
    void doesNotChange() {
        IdTable<String> before = IdTable.<String>empty().with(5, "a");
        IdTable<String> after = before.with(5, "b").with(6, "c").with(65_535, "d");
        assertThat(before.get(5)).isEqualTo("a");
        assertThat(before.get(6)).isNull();
        assertThat(before.get(65_535)).isNull();
        assertThat(after.get(5)).isEqualTo("b");
        assertThat(after.get(65_535)).isEqualTo("d");
    }

    @Test
    void hasNothingOutsideTheIds() {
        IdTable<String> table = IdTable.<String>empty().with(65_535, "last");
        assertThat(table.get(-1)).isNull();
        assertThat(table.get(65_536)).isNull();
        assertThatThrownBy(() -> table.with(65_536, "x"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> table.with(-1, "x")).isInstanceOf(IllegalArgumentException.class);
    }
}
