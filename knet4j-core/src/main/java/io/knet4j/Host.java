package io.knet4j;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Another node of the cluster (or the local node itself, for a loopback link) as this node sees it.
 *
 * <p>After {@link #remove()} every method that asks or changes the node throws {@link
 * ConfigurationException} with {@link Reason#NOT_FOUND}.
 */
public interface Host {

    /**
     * Id of the host.
     *
     * @return 0 to 65535
     */
    int id();

    /**
     * Name of the host. Answers to {@code knet_host_get_name_by_host_id}.
     *
     * @return the name given to {@link Knet#addHost(int, String)}, else the id in decimal
     */
    String name();

    /**
     * Renames the host. Renaming to its own name does nothing. Answers to {@code
     * knet_host_set_name}.
     *
     * @param name 1 to 255 bytes in UTF-8
     * @throws ConfigurationException {@link Reason#ALREADY_EXISTS} if another host has this name;
     *     {@link Reason#INVALID_ARGUMENT} if it is empty or too long
     */
    void rename(String name);

    /**
     * Sets which of the host's links carry messages; default {@link LinkPolicy#PASSIVE}. Answers to
     * {@code knet_host_set_policy}.
     *
     * @param policy the new policy, in force for the next message
     */
    void setPolicy(LinkPolicy policy);

    /**
     * Adds a link to the host and, unless its configuration says otherwise, enables it. Both ends
     * must give a link the same id. Answers to {@code knet_link_set_config}, {@code
     * _set_ping_timers}, {@code _set_pong_count}, {@code _set_priority} and {@code _set_enable}.
     *
     * @param id 0 to 7
     * @param config addresses and timers
     * @return the new link
     * @throws ConfigurationException {@link Reason#ALREADY_EXISTS} if there is a link with this id;
     *     {@link Reason#INVALID_ARGUMENT} if the id is out of range, if a loopback link is asked
     *     for on another host than the local one, or if the local host would have a loopback link
     *     beside another one; {@link Reason#ADDRESS_UNAVAILABLE} or {@link Reason#NOT_PERMITTED} if
     *     the local address cannot be bound
     */
    Link addLink(int id, LinkConfig config);

    /**
     * Finds a link.
     *
     * @param id any number
     * @return the link, empty when there is none with this id
     */
    Optional<Link> link(int id);

    /**
     * All links, ordered by id. Answers to {@code knet_link_get_link_list}.
     *
     * @return an unmodifiable snapshot
     */
    List<Link> links();

    /**
     * A snapshot of the host's state. Answers to {@code knet_host_get_status} and {@code
     * knet_host_get_policy}.
     *
     * @return the state
     */
    HostStatus status();

    /**
     * Waits until the host is reachable. Links come up after some pongs: with the default timers,
     * five seconds after they were added.
     *
     * @param timeout longest wait
     * @return whether the host is reachable
     * @throws InterruptedException if the calling thread is interrupted
     */
    boolean awaitReachable(Duration timeout) throws InterruptedException;

    /**
     * Removes the host with all its links. Answers to {@code knet_host_remove}, which insists that
     * the links go first.
     */
    void remove();
}
