/** The command {@code knet link}: changes links of a running node. */
@NullMarked
package io.knet4j.cli.link;

import org.jspecify.annotations.NullMarked;
