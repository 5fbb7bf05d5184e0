/** Drives a node with threads and sockets. */
@NullMarked
package io.knet4j.internal.runtime;

import org.jspecify.annotations.NullMarked;
