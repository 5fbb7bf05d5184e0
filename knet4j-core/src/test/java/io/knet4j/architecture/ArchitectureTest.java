package io.knet4j.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import io.knet4j.Knet;
import io.knet4j.internal.engine.Parallel;
import io.knet4j.internal.node.Nodes;
import java.lang.module.ModuleDescriptor;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Who may know whom, and what the engine must not touch. */
class ArchitectureTest {
    private static final String API = "io.knet4j";
    private static final String INTERNAL = "io.knet4j.internal.";
    private static final String SPI = "io.knet4j.spi";
    private static final String COMPRESS = INTERNAL + "compress";
    private static final String ONWIRE = INTERNAL + "onwire";
    private static final String SECURITY = INTERNAL + "security";
    private static final String TRANSPORT = INTERNAL + "transport";
    private static final String UDP = INTERNAL + "transport.udp";
    private static final String UDP_LINUX = INTERNAL + "transport.udp.linux";
    private static final String ENGINE = INTERNAL + "engine";
    private static final String NODE = INTERNAL + "node";
    private static final String RUNTIME = INTERNAL + "runtime";

    private static final DescribedPredicate<JavaClass> OURS = resideInAPackage("io.knet4j..");
    private static final JavaClasses CLASSES = product();

    private static JavaClasses product() {
        try {
            Path classes =
                    Path.of(Knet.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return new ClassFileImporter().importPath(classes);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of our own packages, this one may depend on itself and on these only. */
    private static void arrows(String from, String... to) {
        List<String> allowed = new ArrayList<>(List.of(to));
        allowed.add(from);
        noClasses()
                .that()
                .resideInAPackage(from)
                .should()
                .dependOnClassesThat(
                        OURS.and(not(resideInAnyPackage(allowed.toArray(String[]::new)))))
                .check(CLASSES);
    }

    @Test
    void everyPackageHasARule() {
        Set<String> packages =
                CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
        packages.remove(""); // module-info
        assertThat(packages)
                .containsExactlyInAnyOrder(
                        API, SPI, COMPRESS, ONWIRE, SECURITY, TRANSPORT, UDP, UDP_LINUX, ENGINE,
                        NODE, RUNTIME);
    }

    @Test
    void arrowsPointInOneDirection() {
        arrows(SPI, API);
        arrows(COMPRESS, SPI, API);
        arrows(ONWIRE);
        arrows(SECURITY, ONWIRE, API);
        arrows(TRANSPORT, API);
        arrows(UDP, UDP_LINUX, TRANSPORT, API);
        arrows(UDP_LINUX, TRANSPORT, API);
        arrows(ENGINE, COMPRESS, SPI, ONWIRE, SECURITY, TRANSPORT, API);
        arrows(NODE, ENGINE, COMPRESS, ONWIRE, SECURITY, TRANSPORT, RUNTIME, API);
        arrows(RUNTIME, NODE, ENGINE, TRANSPORT, UDP, API);
    }

    @Test
    void onlyTheFactoryOfNodesKnowsTheThreadedRuntime() {
        noClasses()
                .that()
                .resideInAPackage(NODE)
                .and(not(equivalentTo(Nodes.class)))
                .should()
                .dependOnClassesThat(resideInAPackage(RUNTIME))
                .check(CLASSES);
    }

    @Test
    void theRuntimeKnowsOfTheEngineOnlyHowItSharesWork() {
        noClasses()
                .that()
                .resideInAPackage(RUNTIME)
                .should()
                .dependOnClassesThat(
                        resideInAPackage(ENGINE)
                                .and(not(assignableTo(Parallel.class)))
                                .and(not(equivalentTo(Parallel.Task.class))))
                .check(CLASSES);
    }

    @Test
    void theApiKnowsNothingButTheFactoryOfNodes() {
        DescribedPredicate<JavaClass> internal = resideInAPackage("io.knet4j.internal..");
        noClasses()
                .that()
                .resideInAPackage(API)
                .and(not(equivalentTo(Knet.class)))
                .should()
                .dependOnClassesThat(internal)
                .check(CLASSES);
        noClasses()
                .that(equivalentTo(Knet.class))
                .should()
                .dependOnClassesThat(internal.and(not(equivalentTo(Nodes.class))))
                .check(CLASSES);
    }

    @Test
    void engineAndWireFormatHaveNoClock() {
        pure(
                DescribedPredicate.describe(
                        "a clock",
                        type ->
                                type.getName().startsWith("java.time.")
                                        && !type.isEquivalentTo(java.time.Duration.class)
                                        && !type.isEquivalentTo(java.time.Instant.class)));
        noClasses()
                .that()
                .resideInAnyPackage(ENGINE, ONWIRE)
                .should()
                .callMethodWhere(
                        DescribedPredicate.describe(
                                "reading the clock",
                                call ->
                                        (call.getTargetOwner().isEquivalentTo(System.class)
                                                        && Set.of("nanoTime", "currentTimeMillis")
                                                                .contains(
                                                                        call.getTarget().getName()))
                                                || call.getTarget().getName().equals("now")))
                .check(CLASSES);
    }

    @Test
    void engineAndWireFormatHaveNoSockets() {
        pure(resideInAPackage("java.nio.channels.."));
        pure(
                resideInAPackage("java.net")
                        .and(
                                DescribedPredicate.describe(
                                        "a socket",
                                        type ->
                                                type.getSimpleName().contains("Socket")
                                                        && !type.getSimpleName()
                                                                .endsWith("SocketAddress"))));
        pure(resideInAPackage("java.io").and(not(simpleName("Serializable"))));
    }

    @Test
    void engineAndWireFormatHaveNoThreadsAndLocks() {
        pure(resideInAPackage("java.util.concurrent.."));
        pure(equivalentTo(Thread.class));
        for (JavaClass type : CLASSES) {
            if (Set.of(ENGINE, ONWIRE).contains(type.getPackageName())) {
                assertThat(type.getMethods())
                        .noneMatch(method ->
                                method.getModifiers().contains(JavaModifier.SYNCHRONIZED));
            }
        }
    }

    @Test
    void engineAndWireFormatHaveNoRandomnessOfTheirOwn() {
        pure(
                DescribedPredicate.describe(
                        "a source of randomness",
                        type ->
                                Set.of(
                                                "java.util.Random",
                                                "java.util.SplittableRandom",
                                                "java.util.UUID",
                                                "java.security.SecureRandom",
                                                "java.util.random.RandomGeneratorFactory")
                                        .contains(type.getName())));
        noClasses()
                .that()
                .resideInAnyPackage(ENGINE, ONWIRE)
                .should()
                .callMethodWhere(
                        DescribedPredicate.describe(
                                "making a random generator",
                                call -> {
                                    String owner = call.getTargetOwner().getName();
                                    String name = call.getTarget().getName();
                                    return (owner.equals("java.lang.Math") && name.equals("random"))
                                            || (owner.equals("java.util.random.RandomGenerator")
                                                    && (name.equals("of")
                                                            || name.equals("getDefault")));
                                }))
                .check(CLASSES);
    }

    private static void pure(DescribedPredicate<JavaClass> impure) {
        ArchRule rule =
                noClasses()
                        .that()
                        .resideInAnyPackage(ENGINE, ONWIRE)
                        .should()
                        .dependOnClassesThat(impure);
        rule.check(CLASSES);
    }

    /** Only the thread of the events logs; the engine hands out what there is to log. */
    @Test
    void engineAndWireFormatDoNotLog() {
        pure(equivalentTo(System.Logger.class).as("a logger"));
    }

    @Test
    void nothingIsPrinted() {
        noClasses()
                .should()
                .accessFieldWhere(
                        DescribedPredicate.describe(
                                "System.out or System.err",
                                access ->
                                        access.getTargetOwner().isEquivalentTo(System.class)
                                                && Set.of("out", "err")
                                                        .contains(access.getTarget().getName())))
                .orShould()
                .callMethodWhere(
                        DescribedPredicate.describe(
                                "printStackTrace",
                                call -> call.getTarget().getName().equals("printStackTrace")))
                .check(CLASSES);
    }

    @Test
    void nothingUnsupportedIsUsed() {
        noClasses()
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("sun..", "com.sun..", "jdk..")
                                .and(not(resideInAPackage("jdk.net"))) // exported and documented
                                .as("parts of the JDK"))
                .check(CLASSES);
    }

    @Test
    void nothingButTheJdkIsUsed() {
        noClasses()
                .should()
                .dependOnClassesThat(
                        not(
                                resideInAnyPackage(
                                        "java..",
                                        "javax.crypto..",
                                        "jdk.net",
                                        "io.knet4j..",
                                        "org.jspecify..",
                                        "")))
                .check(CLASSES);
    }

    @Test
    void onlyTheApiAndItsExtensionsAreExportedToAll() {
        ModuleDescriptor module = Knet.class.getModule().getDescriptor();
        assertThat(module).as("tests run on the module path").isNotNull();
        assertThat(module.exports().stream().filter(one -> !one.isQualified()))
                .extracting(ModuleDescriptor.Exports::source)
                .containsExactlyInAnyOrder(API, SPI);
        assertThat(module.exports().stream().filter(ModuleDescriptor.Exports::isQualified))
                .allMatch(one -> one.targets().equals(Set.of("io.knet4j.testkit")))
                .extracting(ModuleDescriptor.Exports::source)
                .containsExactlyInAnyOrder(NODE, ONWIRE, SECURITY, TRANSPORT);
        assertThat(module.opens()).isEmpty();
        assertThat(module.requires())
                .extracting(ModuleDescriptor.Requires::name)
                .containsExactlyInAnyOrder("java.base", "jdk.net", "org.jspecify");
    }

    @Test
    void theApiShowsNoInternalTypes() {
        for (JavaClass type : CLASSES) {
            if (!type.getPackageName().equals(API)) {
                continue;
            }
            for (JavaMember member : type.getMembers()) {
                if (member.getModifiers().contains(JavaModifier.PUBLIC)) {
                    assertThat(member.getAllInvolvedRawTypes())
                            .as(member.getFullName())
                            .noneMatch(used -> used.getPackageName().startsWith(INTERNAL));
                }
            }
        }
    }
}
