/** What only Linux can do, by way of the foreign function interface. */
@NullMarked
package io.knet4j.internal.transport.udp.linux;

import org.jspecify.annotations.NullMarked;
