package io.knet4j.bench;

import io.knet4j.cli.NumberOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;

/** Reads an address and a port. */
final class AddressOption implements ITypeConverter<InetSocketAddress> {
    private static final Pattern ADDRESS =
            Pattern.compile("(?:\\[([0-9a-fA-F:.%\\w]+)]|([^:\\[\\]]+)):(\\d{1,5})");
    private static final int MAX_PORT = 65_535;

    @Override
    public InetSocketAddress convert(String text) {
        Matcher matcher = ADDRESS.matcher(text);
        if (matcher.matches()) {
            int port = Integer.parseInt(matcher.group(3));
            String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
            if (port >= 1 && port <= MAX_PORT) {
                try {
                    return new InetSocketAddress(InetAddress.getByName(host), port);
                } catch (UnknownHostException _) {
                    // told below
                }
            }
        }
        throw NumberOption.notAllowed(
                "an address or name and a port of 1 to 65535, such as 10.0.0.1:5405 or"
                        + " [fe80::1]:5405");
    }
}
