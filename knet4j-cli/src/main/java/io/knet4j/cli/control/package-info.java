/**
 * The control socket of a running node: how to find it, speak to it, and answer on it.
 *
 * <h2>The socket</h2>
 *
 * A stream socket of the Unix domain with permissions 0600. {@code knet node} puts it into the
 * first of these folders that can be used, under the name {@code ID-PID.sock}; it takes the socket
 * away when it ends, and sockets of nodes that were killed when it starts:
 *
 * <ol>
 *   <li>{@code $XDG_RUNTIME_DIR/knet}
 *   <li>{@code /run/knet}, for root
 *   <li>{@code /run/user/UID/knet}
 *   <li>{@code /tmp/knet-UID}
 * </ol>
 *
 * The folder {@code knet} or {@code knet-UID} belongs to the user and has permissions 0700; another
 * one is refused. With {@code --control}, or the environment variable {@code KNET_CONTROL}, the
 * socket is elsewhere.
 *
 * <h2>The protocol, version 1</h2>
 *
 * A client connects, sends one request, gets one answer, and the node closes the connection. Both
 * are JSON objects in UTF-8, each on a line of its own that ends in a line feed:
 *
 * <pre>{@code
 * $ echo '{"knet":1,"do":"hello"}' | socat - UNIX-CONNECT:/run/knet/1-4711.sock
 * {"knet":1,"ok":true,"node":{"id":1,"name":"alpha","cluster":"two-nodes",...}}
 * }</pre>
 *
 * A request has {@code knet}, the version of the protocol, and {@code do}:
 *
 * <ul>
 *   <li>{@code hello}: tells who the node is, in {@code node}.
 *   <li>{@code status}: gives everything that is known about the node, in {@code status}; see
 *       {@link io.knet4j.cli.status.NodeStatus}.
 *   <li>{@code link-enable}, {@code link-disable}: {@code host} is an id or a name, {@code link} a
 *       number of 0 to 7.
 *   <li>{@code link-priority}: with {@code priority}, 0 to 255, too.
 *   <li>{@code reload}: reads the configuration file again and puts it in force; with {@code
 *       "dry_run":true} it only tells what would change, and with {@code "prepare_key":true} a
 *       changed key is understood from now on, but not used for sending yet.
 * </ul>
 *
 * Fields that are not known are ignored. The last three answer with {@code text}, lines for people
 * that tell what has changed and what it was before; {@code reload} also has {@code changes}, one
 * line each, and {@code warnings}.
 *
 * <p>An answer has {@code knet} and {@code ok}. When {@code ok} is false, nothing was changed,
 * {@code errors} has lines for people, and {@code exit_code} is 2 if the request or the
 * configuration file is wrong and 1 if the work failed.
 *
 * <p>A request has at most 16,384 bytes and is complete within 5 seconds after connecting; the
 * client takes the answer within 5 seconds. At most 64 clients are served at a time: one more, and
 * the one that has kept the node waiting for its request for the longest time is sent away. Changes
 * are made one after the other.
 */
@NullMarked
package io.knet4j.cli.control;

import org.jspecify.annotations.NullMarked;
