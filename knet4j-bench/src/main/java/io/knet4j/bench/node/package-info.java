/** The processes that are measured: one program, which runs a node of any of the libraries. */
@NullMarked
package io.knet4j.bench.node;

import org.jspecify.annotations.NullMarked;
