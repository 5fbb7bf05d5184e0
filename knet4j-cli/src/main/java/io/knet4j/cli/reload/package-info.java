/** The command {@code knet reload}: has a running node read its configuration file again. */
@NullMarked
package io.knet4j.cli.reload;

import org.jspecify.annotations.NullMarked;
