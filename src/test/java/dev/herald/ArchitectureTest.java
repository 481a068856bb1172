package dev.herald;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaConstructor.CONSTRUCTOR_NAME;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.io.ObjectInputStream;
import java.time.Clock;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.Random;
import java.util.Set;
import java.util.Timer;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.BaseStream;
import org.jspecify.annotations.NullMarked;

/** The arrows of the design: who may know whom. */
@AnalyzeClasses(packages = "dev.herald", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule EVERY_PACKAGE_HAS_ITS_RULE_HERE = classes()
            .should()
            .resideInAnyPackage(
                    "dev.herald",
                    "dev.herald.admin",
                    "dev.herald.api",
                    "dev.herald.asyncapi",
                    "dev.herald.board",
                    "dev.herald.boardstore",
                    "dev.herald.cdi",
                    "dev.herald.cluster",
                    "dev.herald.concurrent",
                    "dev.herald.document",
                    "dev.herald.engine",
                    "dev.herald.feed",
                    "dev.herald.forward",
                    "dev.herald.http",
                    "dev.herald.hub",
                    "dev.herald.journal",
                    "dev.herald.json",
                    "dev.herald.measure",
                    "dev.herald.nonblocking",
                    "dev.herald.outbox",
                    "dev.herald.operate",
                    "dev.herald.push",
                    "dev.herald.random",
                    "dev.herald.request",
                    "dev.herald.socketio",
                    "dev.herald.transaction",
                    "dev.herald.web",
                    "dev.herald.websocket");

    @ArchTest
    static final ArchRule API_KNOWS_CDI_AND_JSON_VALUES = onlyKnows(
            "dev.herald.api",
            "jakarta.inject",
            "jakarta.ejb",
            "jakarta.enterprise..",
            "jakarta.json..",
            "dev.herald.json",
            "org.jspecify..");

    /** So every package may import it. */
    @ArchTest
    static final ArchRule CONCURRENT_IMPORTS_NOTHING_OF_OURS = onlyKnows("dev.herald.concurrent", "org.jspecify..");

    /** So every package may import it. */
    @ArchTest
    static final ArchRule MEASURE_IMPORTS_NOTHING_OF_OURS = onlyKnows("dev.herald.measure", "org.jspecify..");

    /** So every package may import it. */
    @ArchTest
    static final ArchRule RANDOM_IMPORTS_NOTHING_OF_OURS = onlyKnows("dev.herald.random", "org.jspecify..");

    /** Lengths and characters are the same everywhere, and every secret comes from a generator that is made for secrets. */
    @ArchTest
    static final ArchRule RANDOM_IDS_ARE_MADE_IN_ONE_PLACE = noClasses()
            .that()
            .resideOutsideOfPackage("dev.herald.random")
            .and()
            .doNotHaveFullyQualifiedName("dev.herald.outbox.Unconfirmed")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Random.class);

    /** So beans can be described by it, and servlets can show it. */
    @ArchTest
    static final ArchRule ASYNCAPI_KNOWS_JSON = onlyKnows("dev.herald.asyncapi", "jakarta.json..", "org.jspecify..");

    @ArchTest
    static final ArchRule JSON_KNOWS_JSON = onlyKnows("dev.herald.json", "jakarta.json..", "org.jspecify..");

    @ArchTest
    static final ArchRule HUB_IS_PLAIN_JAVA =
            onlyKnows("dev.herald.hub", "dev.herald.api", "dev.herald.json", "org.jspecify..");

    @ArchTest
    static final ArchRule REQUESTS_KNOW_HUB_AND_JSON = onlyKnows(
            "dev.herald.request",
            "dev.herald.api",
            "dev.herald.document",
            "dev.herald.hub",
            "dev.herald.json",
            "jakarta.json..",
            "org.jspecify..");

    @ArchTest
    static final ArchRule FEED_KNOWS_WEBSOCKET_AND_JSON = onlyKnows(
            "dev.herald.feed",
            "dev.herald.api",
            "dev.herald.hub",
            "dev.herald.json",
            "dev.herald.request",
            "dev.herald.outbox",
            "jakarta.inject",
            "jakarta.enterprise.context",
            "jakarta.websocket..",
            "jakarta.json..",
            "org.jspecify..");

    @ArchTest
    static final ArchRule JOURNAL_KNOWS_HUB_AND_JDBC = onlyKnows(
            "dev.herald.journal",
            "dev.herald.api",
            "dev.herald.hub",
            "dev.herald.json",
            "javax.sql",
            "javax.naming",
            "com.zaxxer.hikari",
            "org.eclipse.microprofile.config..",
            "org.flywaydb.core..",
            "org.jspecify..");

    @ArchTest
    static final ArchRule BOARDSTORE_KNOWS_THE_LOGS_DATABASE =
            onlyKnows("dev.herald.boardstore", "dev.herald.api", "dev.herald.journal", "javax.sql", "org.jspecify..");

    @ArchTest
    static final ArchRule ADMIN_STANDS_BEFORE_BEANS_AND_KNOWS_THE_HUB = onlyKnows(
            "dev.herald.admin",
            "dev.herald.api",
            "dev.herald.concurrent",
            "dev.herald.hub",
            "dev.herald.random",
            "dev.herald.request",
            "at.favre.lib.crypto.bcrypt",
            "jakarta.json",
            "org.jspecify..");

    @ArchTest
    static final ArchRule PUSH_IS_PLAIN_JAVA = onlyKnows("dev.herald.push", "javax.crypto..", "org.jspecify..");

    @ArchTest
    static final ArchRule DOCUMENT_KNOWS_THE_HUB = onlyKnows(
            "dev.herald.document",
            "dev.herald.api",
            "dev.herald.concurrent",
            "dev.herald.hub",
            "dev.herald.json",
            "jakarta.json..",
            "org.jspecify..");

    @ArchTest
    static final ArchRule TRANSACTION_KNOWS_HUB_AND_TRANSACTIONS = onlyKnows(
            "dev.herald.transaction",
            "dev.herald.api",
            "dev.herald.hub",
            "dev.herald.json",
            "jakarta.transaction",
            "javax.naming",
            "javax.sql",
            "org.flywaydb.core..",
            "org.jspecify..");

    @ArchTest
    static final ArchRule CLUSTER_KNOWS_HUB_AND_SERVERS_BETWEEN_NODES = onlyKnows(
            "dev.herald.cluster",
            "dev.herald.api",
            "dev.herald.hub",
            "dev.herald.json",
            "jakarta.json..",
            "javax.crypto..",
            "javax.sql",
            "org.postgresql..",
            "redis.clients.jedis..",
            "org.jspecify..");

    /** They are optional: whoever else used them would need them always. */
    @ArchTest
    static final ArchRule DRIVERS_ARE_USED_WHERE_THEIR_BUS_IS = noClasses()
            .that()
            .haveNameNotMatching("dev\\.herald\\.cluster\\.(PostgresAddress|PostgresCarrier|RedisCarrier)(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.postgresql..", "redis.clients..", "org.h2..");

    /** The agent only has Java look for drivers early. */
    @ArchTest
    static final ArchRule ONLY_THOSE_WITH_TABLES_AND_THE_CLUSTER_SPEAK_SQL = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.herald.boardstore", "dev.herald.cluster", "dev.herald.journal", "dev.herald.transaction")
            .and()
            .doNotHaveFullyQualifiedName("dev.herald.operate.AddressAgent")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql", "javax.sql", "org.flywaydb..");

    @ArchTest
    static final ArchRule ENGINE_KNOWS_BYTES_TEXT_AND_TIMERS = onlyKnows(
            "dev.herald.engine",
            "dev.herald.nonblocking",
            "dev.herald.outbox",
            "dev.herald.websocket",
            "jakarta.servlet..",
            "org.jspecify..");

    @ArchTest
    static final ArchRule FORWARD_KNOWS_REQUESTS_OF_THE_ENGINE = onlyKnows(
            "dev.herald.forward",
            "dev.herald.api",
            "dev.herald.engine",
            "dev.herald.nonblocking",
            "dev.herald.websocket",
            "javax.crypto..",
            "jakarta.servlet..",
            "org.jspecify..");

    @ArchTest
    static final ArchRule NONBLOCKING_KNOWS_BYTES =
            onlyKnows("dev.herald.nonblocking", "jakarta.servlet..", "org.jspecify..");

    @ArchTest
    static final ArchRule OUTBOX_IS_PLAIN_JAVA = onlyKnows("dev.herald.outbox", "org.jspecify..");

    @ArchTest
    static final ArchRule FRAMING_KNOWS_BYTES =
            onlyKnows("dev.herald.websocket", "dev.herald.nonblocking", "jakarta.servlet..", "org.jspecify..");

    @ArchTest
    static final ArchRule SOCKETIO_KNOWS_ENGINE_HUB_AND_JSON = onlyKnows(
            "dev.herald.socketio",
            "dev.herald.api",
            "dev.herald.engine",
            "dev.herald.hub",
            "dev.herald.json",
            "dev.herald.request",
            "jakarta.json..",
            "org.jspecify..");

    @ArchTest
    static final ArchRule HTTP_KNOWS_SERVLETS_AND_JSON = onlyKnows(
            "dev.herald.http",
            "dev.herald.api",
            "dev.herald.hub",
            "dev.herald.json",
            "dev.herald.nonblocking",
            "dev.herald.outbox",
            "dev.herald.request",
            "jakarta.servlet..",
            "jakarta.json..",
            "org.jspecify..");

    @ArchTest
    static final ArchRule WEB_KNOWS_SERVLETS = onlyKnows(
            "dev.herald.web",
            "dev.herald.api",
            "dev.herald.asyncapi",
            "dev.herald.engine",
            "dev.herald.forward",
            "dev.herald.http",
            "dev.herald.hub",
            "dev.herald.request",
            "javax.naming",
            "jakarta.annotation",
            "jakarta.inject",
            "jakarta.enterprise.concurrent",
            "jakarta.enterprise.context",
            "jakarta.security.jacc",
            "jakarta.servlet..",
            "jakarta.json",
            "org.eclipse.microprofile.config..",
            "org.jspecify..");

    @ArchTest
    static final ArchRule CDI_KNOWS_BEANS_AND_WHAT_THEY_TALK_TO = onlyKnows(
            "dev.herald.cdi",
            "dev.herald.api",
            "dev.herald.asyncapi",
            "dev.herald.document",
            "dev.herald.hub",
            "dev.herald.json",
            "dev.herald.request",
            "dev.herald.transaction",
            "jakarta.annotation..",
            "jakarta.inject",
            "jakarta.enterprise..",
            "jakarta.json..",
            "jakarta.validation..",
            "org.jspecify..");

    @ArchTest
    static final ArchRule OPERATE_KNOWS_WHAT_IT_SHOWS = onlyKnows(
            "dev.herald.operate",
            "dev.herald.api",
            "dev.herald.cluster",
            "dev.herald.engine",
            "dev.herald.forward",
            "dev.herald.hub",
            "dev.herald.journal",
            "dev.herald.json",
            "dev.herald.nonblocking",
            "dev.herald.outbox",
            "dev.herald.request",
            "dev.herald.socketio",
            "javax.management",
            "org.eclipse.microprofile.config..",
            "jakarta.inject",
            "jakarta.servlet..",
            "jakarta.json",
            "org.jspecify..");

    @ArchTest
    static final ArchRule BOARD_USES_WHAT_ANY_APPLICATION_USES = onlyKnows(
            "dev.herald.board",
            "dev.herald.api",
            "dev.herald.boardstore",
            "dev.herald.hub",
            "dev.herald.push",
            "jakarta.annotation",
            "jakarta.inject",
            "jakarta.enterprise..",
            "jakarta.faces..",
            "jakarta.json",
            "org.eclipse.microprofile.config..",
            "org.jspecify..");

    @ArchTest
    static final ArchRule NOBODY_IMPORTS_THE_WIRING = noClasses()
            .that()
            .resideInAPackage("dev.herald.(*)..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.herald");

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("dev.herald.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule ONLY_FEED_SPEAKS_WEBSOCKET = noClasses()
            .that()
            .resideOutsideOfPackage("dev.herald.feed")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jakarta.websocket..");

    /** In the engine: where requests are taken and answered, and where a connection is handed over. */
    @ArchTest
    static final ArchRule ONLY_THE_EDGES_SPEAK_HTTP = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.herald.forward", "dev.herald.http", "dev.herald.nonblocking", "dev.herald.web")
            .and()
            .haveNameNotMatching(
                    "dev\\.herald\\.(LoadedClasses|Startup|operate\\.(Health|Metrics|Monitor)Servlet|operate\\.(OperatorFilter|Watchers?))")
            .and()
            .haveNameNotMatching("dev\\.herald\\.engine\\.(EngineServlet|Polling|Posting)(\\$.*)?")
            .and()
            .haveNameNotMatching(
                    "dev\\.herald\\.websocket\\.(TcpConnection|WebSocketConnection|WebSocketHandshake)(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jakarta.servlet..");

    /** Threads and timers are the container's. */
    @ArchTest
    static final ArchRule NOBODY_HAS_OWN_THREADS = noClasses().should().accessTargetWhere(makingThreads());

    /** Whoever needs the time is given a {@code Clock}; time-outs are counted in {@code System.nanoTime}. */
    @ArchTest
    static final ArchRule HUB_AND_ENGINE_READ_NO_WALL_CLOCK = noClasses()
            .that()
            .resideInAnyPackage("dev.herald.hub", "dev.herald.engine", "dev.herald.nonblocking", "dev.herald.websocket")
            .should()
            .accessTargetWhere(readingTheWallClock());

    @ArchTest
    static final ArchRule NOBODY_DESERIALISES =
            noClasses().should().dependOnClassesThat().areAssignableTo(ObjectInputStream.class);

    /** But what runs before the server, which has the log. */
    @ArchTest
    static final ArchRule NOBODY_PRINTS = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.herald.operate.AddressAgent")
            .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS);

    @ArchTest
    static final ArchRule NOBODY_USES_JAVA_UTIL_LOGGING = GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

    /** Choices of data, that is: the engine's transports are choices of behaviour. */
    @ArchTest
    static final ArchRule CHOICES_ARE_SEALED_INTERFACES_OF_RECORDS = classes()
            .that()
            .areNotInterfaces()
            .and()
            .areNotAssignableTo("dev.herald.engine.Transport")
            .and(describe("implement a sealed interface", ArchitectureTest::implementsSealedInterface))
            .should()
            .beRecords()
            .orShould()
            .beEnums();

    @ArchTest
    static final ArchRule NULL_IS_THE_EXCEPTION_EVERYWHERE = classes().should(resideInANullMarkedPackage());

    private static ArchRule onlyKnows(String one, String... others) {
        var known = new String[others.length + 5];
        System.arraycopy(others, 0, known, 5, others.length);
        known[0] = one;
        known[1] = "java..";
        known[2] = "dev.herald.concurrent";
        known[3] = "dev.herald.random";
        known[4] = "dev.herald.measure";
        return classes()
                .that()
                .resideInAPackage(one)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(known);
    }

    private static DescribedPredicate<JavaAccess<?>> makingThreads() {
        return describe("it makes threads, or uses some that nobody gave to it", access -> {
            var target = access.getTarget();
            var isOwnThread = target.getName().equals(CONSTRUCTOR_NAME)
                    && isOf(target, Thread.class, Timer.class, AbstractExecutorService.class);
            var isFactory = isOf(target, Executors.class, ForkJoinPool.class);
            var isDelay = isOf(target, CompletableFuture.class)
                    && Set.of("delayedExecutor", "orTimeout", "completeOnTimeout")
                            .contains(target.getName());
            var isOnCommonPool = isOf(target, CompletionStage.class)
                    && target.getName().endsWith("Async")
                    && !takes(target, Executor.class);
            var isParallel = isOf(target, BaseStream.class, Collection.class)
                    && target.getName().startsWith("parallel");
            return isOwnThread || isFactory || isDelay || isOnCommonPool || isParallel;
        });
    }

    private static DescribedPredicate<JavaAccess<?>> readingTheWallClock() {
        return describe("it reads the wall clock", access -> {
            var target = access.getTarget();
            var isNow = target.getOwner().getPackageName().startsWith("java.time")
                    && target.getName().equals("now")
                    && !takes(target, Clock.class);
            var isClock = isOf(target, Clock.class) && target.getName().matches("system.*|tick.+");
            var isSystem = isOf(target, System.class) && target.getName().equals("currentTimeMillis");
            var isDate = isOf(target, Date.class) && target.getName().equals(CONSTRUCTOR_NAME);
            return isNow || isClock || isSystem || isDate;
        });
    }

    private static boolean isOf(AccessTarget target, Class<?>... owners) {
        return Arrays.stream(owners).anyMatch(target.getOwner()::isAssignableTo);
    }

    private static boolean takes(AccessTarget target, Class<?> parameter) {
        return target instanceof AccessTarget.CodeUnitAccessTarget method
                && method.getRawParameterTypes().stream().anyMatch(type -> type.isAssignableTo(parameter));
    }

    private static boolean implementsSealedInterface(JavaClass type) {
        return type.getAllRawInterfaces().stream()
                .filter(one -> one.getPackageName().startsWith("dev.herald"))
                .anyMatch(one -> one.reflect().isSealed());
    }

    private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
        return new ArchCondition<>("reside in a package whose package-info has @NullMarked") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                var marked = type.getPackage().isAnnotatedWith(NullMarked.class);
                events.add(new SimpleConditionEvent(
                        type, marked, type.getName() + " is in package " + type.getPackageName()));
            }
        };
    }
}
