package io.knet4j.interop.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The tests need network namespaces: Linux, root, {@code ip} and {@code iptables}. Where these
 * aren't available they are skipped, and the reason is printed once; with the system property
 * {@code knet4j.netns.required=true} they fail instead.
 */
@Documented
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NetworkNamespacesCondition.class)
public @interface RequiresNetworkNamespaces {}
