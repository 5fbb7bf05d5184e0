package io.knet4j.bench.node;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.crypto.spec.SecretKeySpec;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.protocols.FRAG4;
import org.jgroups.protocols.MFC;
import org.jgroups.protocols.SYM_ENCRYPT;
import org.jgroups.protocols.TCPPING;
import org.jgroups.protocols.UDP;
import org.jgroups.protocols.UFC;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.stack.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * JGroups over UDP unicast: reliable and in order, with flow control. The protocols of its udp.xml
 * at their defaults, without those that find and merge members by multicast.
 */
final class JGroupsNode implements BenchNode {
    private static final String CLUSTER = "bench";
    private static final int MEMBERS = 2;

    private final int id;
    private final Inbox inbox;
    private @Nullable SYM_ENCRYPT encryption;
    private @Nullable JChannel channel;
    private @Nullable InetSocketAddress local;
    private @Nullable InetSocketAddress remote;

    JGroupsNode(int id, Inbox inbox) {
        this.id = id;
        this.inbox = inbox;
    }

    @Override
    public void addLink(
            int host,
            int link,
            InetSocketAddress localEnd,
            InetSocketAddress remoteEnd,
            Pings pings) {
        local = localEnd;
        remote = remoteEnd;
    }

    @Override
    public void protect(String cipher, String hash, byte[] key) {
        if (!cipher.equals("aes256")) {
            throw new UnsupportedOperationException("no " + cipher);
        }
        SYM_ENCRYPT encrypt = new SYM_ENCRYPT();
        encrypt.symAlgorithm("AES/CBC/PKCS5Padding");
        encrypt.symIvLength(16);
        encrypt.setSecretKey(new SecretKeySpec(key, 0, 32, "AES"));
        encryption = encrypt;
    }

    @Override
    public void start() {
        try {
            JChannel opened = new JChannel(stack());
            opened.setName("node-" + id);
            opened.setReceiver(
                    new Receiver() {
                        @Override
                        public void receive(Message message) {
                            synchronized (inbox) {
                                inbox.received(message.getLength());
                            }
                        }
                    });
            opened.connect(CLUSTER);
            channel = opened;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private List<Protocol> stack() {
        InetSocketAddress mine = Objects.requireNonNull(local);
        InetSocketAddress other = Objects.requireNonNull(remote);
        UDP udp = new UDP();
        udp.setBindAddress(mine.getAddress());
        udp.setBindPort(mine.getPort());
        udp.setPortRange(0);
        udp.setValue("ip_mcast", false);
        TCPPING members = new TCPPING();
        members.setInitialHosts(List.of(mine, other));
        members.portRange(0);
        List<Protocol> protocols = new ArrayList<>(List.of(udp, members));
        if (encryption != null) {
            protocols.add(encryption);
        }
        protocols.addAll(
                List.of(
                        new NAKACK2().useMcastXmit(false),
                        new UNICAST3(),
                        new STABLE(),
                        new GMS().printLocalAddress(false),
                        new UFC(),
                        new MFC(),
                        new FRAG4()));
        return protocols;
    }

    @Override
    public boolean reachable(int host) {
        JChannel open = channel;
        return open != null && open.getView() != null && open.getView().size() == MEMBERS;
    }

    @Override
    public Outbox outbox(int size) {
        JChannel open = Objects.requireNonNull(channel);
        byte[] message = Payload.ofSize(size);
        Address peer =
                open.getView().getMembers().stream()
                        .filter(member -> !member.equals(open.getAddress()))
                        .findFirst()
                        .orElseThrow();
        return number -> {
            try {
                open.send(new BytesMessage(peer, message));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        };
    }

    @Override
    public void close() {
        if (channel != null) {
            channel.close();
        }
    }
}
