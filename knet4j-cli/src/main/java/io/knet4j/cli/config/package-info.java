/**
 * Reads a cluster's network from a {@code corosync.conf}: which nodes there are, by which links
 * they are joined, and with which timers those links are watched.
 *
 * <p>{@link io.knet4j.cli.config.ClusterConfig#load} is the front door. {@link
 * io.knet4j.cli.config.CorosyncConfParser} below it knows the syntax only, and nothing of what the
 * keys mean.
 */
@NullMarked
package io.knet4j.cli.config;

import org.jspecify.annotations.NullMarked;
