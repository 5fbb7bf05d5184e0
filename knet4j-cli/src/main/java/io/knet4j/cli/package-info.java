/** The {@code knet} command. */
@NullMarked
package io.knet4j.cli;

import org.jspecify.annotations.NullMarked;
