package io.knet4j;

import java.time.Duration;

/**
 * One of up to 8 paths to a host.
 *
 * <p>After {@link #remove()} every method that asks or changes the link throws {@link
 * ConfigurationException} with {@link Reason#NOT_FOUND}.
 */
public interface Link {

    /**
     * Id of the link, the same on both ends.
     *
     * @return 0 to 7
     */
    int id();

    /**
     * The host that the link leads to.
     *
     * @return the host
     */
    Host host();

    /**
     * Configuration of the link as it is now. Answers to {@code knet_link_get_config}, {@code
     * _get_ping_timers}, {@code _get_pong_count}, {@code _get_priority} and {@code _get_enable}.
     *
     * @return the configuration, with all changes made since
     */
    LinkConfig config();

    /**
     * Enables or disables the link. A disabled link carries no messages and sends no pings, but
     * answers those of the peer. Answers to {@code knet_link_set_enable}.
     *
     * @param enabled the new state
     */
    void setEnabled(boolean enabled);

    /**
     * Sets the priority for {@link LinkPolicy#PASSIVE}. Answers to {@code knet_link_set_priority}.
     *
     * @param priority 0 to 255, the highest wins
     */
    void setPriority(int priority);

    /**
     * Sets the heartbeat timers. Answers to {@code knet_link_set_ping_timers}.
     *
     * @param interval time between pings, 1 ms to 1 hour
     * @param timeout silence after which the link is down, 1 ms to 1 hour
     * @param precision samples in the mean latency, 1 to 2,147,483,647
     */
    void setPingTimers(Duration interval, Duration timeout, int precision);

    /**
     * Sets how many pongs bring the link up. Answers to {@code knet_link_set_pong_count}.
     *
     * @param count 1 to 255; the link comes up on pong number count + 1, as in libknet
     */
    void setPongCount(int count);

    /**
     * A snapshot of the link's state and counters. Answers to {@code knet_link_get_status}.
     *
     * @return the state
     */
    LinkStatus status();

    /**
     * The source addresses that the link accepts packets from.
     *
     * @return the live list; only that of a dynamic link can be edited
     */
    AccessList accessList();

    /**
     * Removes the link. Answers to {@code knet_link_clear_config}, which insists that the link is
     * disabled before.
     */
    void remove();
}
