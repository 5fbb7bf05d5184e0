/**
 * The protocol engine: hosts, links, heartbeats, link selection, sending and receiving. It never
 * asks for the time, opens a socket or starts a thread: it is told the time and handed datagrams,
 * and hands back datagrams, events, messages and the time of its next timer.
 */
@NullMarked
package io.knet4j.internal.engine;

import org.jspecify.annotations.NullMarked;
