/** What moves batches of datagrams. The engine knows this package only, not its implementations. */
@NullMarked
package io.knet4j.internal.transport;

import org.jspecify.annotations.NullMarked;
