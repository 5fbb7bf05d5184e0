package io.knet4j.cli.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.knet4j.Knet;
import io.knet4j.cli.config.ClusterConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfiguredNodeTest {

    @ParameterizedTest
    @CsvSource({"'', true", "block_unlisted_ips: yes, true", "block_unlisted_ips: no, false"})
    void accessListsAreOnUnlessUnlistedAddressesAreWelcome(String line, boolean expected)
            throws Exception {
        ClusterConfig config =
                ClusterConfig.parse(
                        "test",
                        """
                        totem {
                          version: 2
                          %s
                        }
                        nodelist {
                          node {
                            nodeid: 1
                            ring0_addr: 127.0.0.1
                          }
                        }
                        """
                                .formatted(line));
        try (Knet knet = ConfiguredNode.open(config, 1, _ -> {}).knet()) {
            assertThat(knet.accessLists()).isEqualTo(expected);
        }
    }
}
