/** The command {@code knet demo}: what redundant links do when one of them breaks, measured. */
@NullMarked
package io.knet4j.cli.demo;

import org.jspecify.annotations.NullMarked;
