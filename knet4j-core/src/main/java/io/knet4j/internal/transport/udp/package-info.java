/** UDP by way of {@code java.nio}: works wherever Java does. */
@NullMarked
package io.knet4j.internal.transport.udp;

import org.jspecify.annotations.NullMarked;
