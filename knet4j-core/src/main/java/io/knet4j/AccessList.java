package io.knet4j;

import java.net.InetAddress;
import java.util.List;

/**
 * Which source addresses a link accepts packets from: the first rule that matches decides, and what
 * no rule matches is rejected.
 *
 * <p>The list of a dynamic link can be edited, and counts while {@linkplain Knet#setAccessLists
 * access lists are on}: an empty one, which is what such a link starts with unless its {@linkplain
 * LinkConfig#accessRules() configuration} says otherwise, rejects everything. A static link always
 * accepts its peer's address and nothing else; its list shows that one rule, and editing it is
 * refused. A loopback link has no list: it receives nothing from a network.
 *
 * <p>A change is in force when the method returns. It ends nothing: a link whose peer is rejected
 * goes down by itself when its ping timeout is over.
 *
 * <p>Looking up an address takes well below a microsecond, however long the list is, and preparing
 * a changed list is done by the calling thread: neither holds up heartbeats.
 */
public interface AccessList {

    /** Most rules that a list may have. */
    int MAX_RULES = 4096;

    /**
     * The rules in their order.
     *
     * @return an unmodifiable snapshot
     */
    List<AccessRule> rules();

    /**
     * Tries the list out.
     *
     * @param source an address
     * @return what the first rule that matches says, false if none does; whether or not access
     *     lists are on
     */
    boolean accepts(InetAddress source);

    /**
     * Adds a rule behind all others. Answers to {@code knet_link_add_acl}.
     *
     * @param rule the rule
     * @throws ConfigurationException {@link Reason#ALREADY_EXISTS} if the list has an equal rule;
     *     {@link Reason#INVALID_ARGUMENT} if the list is full or the link is not dynamic
     */
    void add(AccessRule rule);

    /**
     * Inserts a rule. Answers to {@code knet_link_insert_acl}, which puts a rule with index 1 or
     * more two places too late.
     *
     * @param index place of the rule in the changed list, 0 is first; -1, and every number beyond
     *     the end, is last
     * @param rule the rule
     * @throws ConfigurationException {@link Reason#ALREADY_EXISTS} if the list has an equal rule;
     *     {@link Reason#INVALID_ARGUMENT} if the index is below -1, the list is full or the link is
     *     not dynamic
     */
    void insert(int index, AccessRule rule);

    /**
     * Removes a rule. Answers to {@code knet_link_rm_acl}.
     *
     * @param rule a rule equal to the one to remove
     * @return false if there is none
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if the link is not dynamic
     */
    boolean remove(AccessRule rule);

    /**
     * Removes all rules, so that nothing is accepted. Answers to {@code knet_link_clear_acl}.
     *
     * @throws ConfigurationException {@link Reason#INVALID_ARGUMENT} if the link is not dynamic
     */
    void clear();
}
