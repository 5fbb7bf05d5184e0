/** The command {@code knet keygen}. */
@NullMarked
package io.knet4j.cli.keygen;

import org.jspecify.annotations.NullMarked;
