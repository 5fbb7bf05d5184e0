/**
 * The command {@code knet status}, and what it shows: {@link io.knet4j.cli.status.NodeStatus}, made
 * from a running node by {@link io.knet4j.cli.status.StatusReader}, which goes over the control
 * socket as JSON and becomes text for people where it is read.
 */
@NullMarked
package io.knet4j.cli.status;

import org.jspecify.annotations.NullMarked;
