/** The command {@code knet simulate}. */
@NullMarked
package io.knet4j.cli.simulate;

import org.jspecify.annotations.NullMarked;
