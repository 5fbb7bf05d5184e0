/** Encryption and authentication of packets. */
@NullMarked
package io.knet4j.internal.security;

import org.jspecify.annotations.NullMarked;
