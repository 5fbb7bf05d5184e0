package io.knet4j.cli.config;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Turns a host name or the text of an address into addresses, best first. */
@FunctionalInterface
interface HostResolver {

    InetAddress[] resolve(String host) throws UnknownHostException;
}
