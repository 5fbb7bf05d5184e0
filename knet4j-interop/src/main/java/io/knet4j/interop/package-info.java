/**
 * Nodes that run the C library, in this process ({@link io.knet4j.interop.CNode}) or in one of
 * their own ({@link io.knet4j.interop.CProcess}), and datagrams that nobody else would send ({@link
 * io.knet4j.interop.RawSocket}). The library is called through {@code java.lang.foreign}; there is
 * no C code.
 */
@NullMarked
package io.knet4j.interop;

import org.jspecify.annotations.NullMarked;
