/** The command {@code knet node}: a node made from a configuration file. */
@NullMarked
package io.knet4j.cli.node;

import org.jspecify.annotations.NullMarked;
