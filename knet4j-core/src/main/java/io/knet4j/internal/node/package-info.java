/**
 * The public interfaces on top of the engine, and what they ask of whoever drives it: {@link
 * io.knet4j.internal.node.NodeRuntime}.
 */
@NullMarked
package io.knet4j.internal.node;

import org.jspecify.annotations.NullMarked;
