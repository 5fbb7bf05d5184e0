package io.knet4j.internal.node;

import io.knet4j.ClearTraffic;
import io.knet4j.Crypto;
import io.knet4j.CryptoConfig;
import io.knet4j.CryptoStatus;
import io.knet4j.internal.security.JcaSuite;
import io.knet4j.internal.security.PacketSuite;
import java.util.function.Consumer;

/** A node's crypto settings. Suites are made and tried out before the control loop gets them. */
final class NodeCrypto implements Crypto {
    private final Node node;

    NodeCrypto(Node node) {
        this.node = node;
    }

    @Override
    public void set(int slot, CryptoConfig config) {
        install(config, suite -> node.engine().setKeySlot(slot, suite));
    }

    @Override
    public void enable(CryptoConfig config) {
        install(config, suite -> node.engine().enableCrypto(suite));
    }

    private void install(CryptoConfig config, Consumer<PacketSuite> installation) {
        Node.checkNotNull("config", config);
        PacketSuite suite = JcaSuite.of(config, node.runtime().random());
        boolean installed = false;
        try {
            node.change(() -> installation.accept(suite));
            installed = true;
        } finally {
            if (!installed) {
                suite.wipe();
            }
        }
    }

    @Override
    public void clear(int slot) {
        node.change(() -> node.engine().clearKeySlot(slot));
    }

    @Override
    public void use(int slot) {
        node.change(() -> node.engine().useKeySlot(slot));
    }

    @Override
    public void setClearTraffic(ClearTraffic clearTraffic) {
        Node.checkNotNull("clearTraffic", clearTraffic);
        node.change(() -> node.engine().setClearTraffic(clearTraffic));
    }

    @Override
    public void disable() {
        node.change(() -> node.engine().disableCrypto());
    }

    @Override
    public CryptoStatus status() {
        return node.call(() -> node.engine().cryptoStatus());
    }
}
