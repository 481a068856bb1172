package dev.herald;

import dev.herald.admin.AdminSettings;
import dev.herald.cdi.ObserverCatalogue;
import dev.herald.cluster.ClusterSettings;
import dev.herald.document.DocumentSettings;
import dev.herald.engine.EngineSettings;
import dev.herald.feed.FeedSettings;
import dev.herald.http.HttpSettings;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.HubLimits;
import dev.herald.hub.MemoryLog;
import dev.herald.journal.JdbcLog;
import dev.herald.journal.Retention;
import dev.herald.journal.RetentionRule;
import dev.herald.outbox.OutboundBudget;
import dev.herald.push.PushSettings;
import dev.herald.request.AccessRules;
import dev.herald.request.QuotaLimits;
import dev.herald.socketio.SocketIoSettings;
import dev.herald.socketio.SocketIoSettings.BareEvents;
import dev.herald.transaction.OutboxSettings;
import dev.herald.web.Origins;
import dev.herald.web.Proxies;
import dev.herald.web.SocketIoPath;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Everything that can be set but the database, which {@link dev.herald.journal.HeraldDataSource} reads for itself, from MicroProfile
 * Config at deployment. The table in docs/settings.md has names, units and defaults.
 * A value that cannot be is an error at deployment.
 */
@ApplicationScoped
public class Settings {

    private static final long MEBIBYTE = 1024 * 1024;

    /** Looked up, not injected: TomEE offers it to injection only when told so. */
    private final Config config;

    Settings() {
        this(ConfigProvider.getConfig());
    }

    /** Those in the configuration, which are read when they are wanted. */
    Settings(Config config) {
        this.config = config;
    }

    /**
     * Reads all settings but those of the database, as some are used only when the first client comes.
     *
     * @throws IllegalArgumentException when one cannot be, with its name
     */
    void requireValid() {
        var unused = List.of(
                hubLimits(),
                journalBounds(),
                isStrict(),
                restored(),
                retention(),
                memoryBounds(),
                outboundBytes(),
                channelKinds(),
                feedSettings(),
                httpSettings(),
                origins(),
                proxies(),
                engineSettings(),
                socketIoSettings(Set.of()),
                socketIoPath(),
                roles(),
                policyRecheck(),
                policyTimeout(),
                quotaLimits(),
                observerThreads(),
                observerQueue(),
                documents(),
                outbox(),
                cluster(),
                showsEvents(),
                hasBoard(),
                push(),
                hasLogin(),
                admin());
    }

    @Produces
    @Singleton
    HubLimits hubLimits() {
        return new HubLimits(
                number("herald.connections.max", 20_000),
                number("herald.connection.max-channels", 100),
                number("herald.recovery.max-messages", 10_000));
    }

    @Produces
    @Singleton
    JdbcLog.Bounds journalBounds() {
        return new JdbcLog.Bounds(
                number("herald.log.queue-messages", 10_000),
                bytes("herald.log.queue-bytes", 64 * MEBIBYTE),
                number("herald.log.recent-messages", 20_000),
                bytes("herald.log.recent-bytes", 64 * MEBIBYTE));
    }

    /** Whether a database that may lose what it has committed is refused. */
    boolean isStrict() {
        var durability =
                config.getOptionalValue("herald.durability", String.class).orElse("warn");
        return switch (durability) {
            case "strict" -> true;
            case "warn" -> false;
            default ->
                throw new IllegalArgumentException("herald.durability is " + durability + ", not strict or warn");
        };
    }

    /** The name of the backup that was restored last, if any was. */
    Optional<String> restored() {
        return config.getOptionalValue("herald.log.restored", String.class);
    }

    @Produces
    @Singleton
    Retention.Rules retention() {
        var rules = config.getOptionalValues("herald.retention", String.class).orElse(List.of("news=30d"));
        return new Retention.Rules(
                rules.stream().map(RetentionRule::of).toList(),
                millis("herald.retention.interval", Duration.ofMinutes(1)));
    }

    @Produces
    @Singleton
    MemoryLog.Bounds memoryBounds() {
        return new MemoryLog.Bounds(
                number("herald.memory.messages-per-channel", 10_000),
                bytes("herald.memory.bytes", 64 * MEBIBYTE),
                number("herald.memory.channels", 10_000));
    }

    /** How much may wait for all clients together. */
    long outboundBytes() {
        return bytes("herald.outbound.bytes", OutboundBudget.ofHeap());
    }

    @Produces
    @Singleton
    ChannelKinds channelKinds() {
        return new ChannelKinds(list("herald.channels.volatile"), list("herald.channels.memory"));
    }

    @Produces
    @Singleton
    FeedSettings feedSettings() {
        var defaults = FeedSettings.DEFAULT;
        return new FeedSettings(
                number("herald.feed.max-message-bytes", defaults.maxMessageBytes()),
                number("herald.feed.queue-messages", defaults.queuedMessages()),
                number("herald.feed.queue-bytes", (int) defaults.queuedBytes()),
                millis("herald.feed.write-timeout", defaults.writeTimeout()),
                millis("herald.ping-interval", defaults.pingInterval()),
                millis("herald.ping-timeout", defaults.pingTimeout()),
                millis("herald.feed.resume-window", defaults.resumeWindow()));
    }

    @Produces
    @Singleton
    HttpSettings httpSettings() {
        var defaults = HttpSettings.DEFAULT;
        var feed = feedSettings();
        return new HttpSettings(
                feed.maxMessageBytes(),
                number("herald.http.max-posts", defaults.maxPosts()),
                millis("herald.http.post-timeout", defaults.postTimeout()),
                feed.queuedMessages(),
                feed.queuedBytes(),
                feed.writeTimeout(),
                feed.pingInterval());
    }

    @Produces
    @Singleton
    Proxies proxies() {
        return new Proxies(list("herald.proxies"));
    }

    @Produces
    @Singleton
    Origins origins() {
        return new Origins(list("herald.origins"));
    }

    @Produces
    @Singleton
    EngineSettings engineSettings() {
        var defaults = EngineSettings.DEFAULT;
        return defaults.toBuilder()
                .transports(config.getOptionalValues("herald.socketio.transports", String.class)
                        .map(Set::copyOf)
                        .orElse(defaults.transports()))
                .allowUpgrades(flag("herald.socketio.upgrades", defaults.allowUpgrades()))
                .pingInterval(millis("herald.ping-interval", defaults.pingInterval()))
                .pingTimeout(millis("herald.ping-timeout", defaults.pingTimeout()))
                .upgradeTimeout(millis("herald.socketio.upgrade-timeout", defaults.upgradeTimeout()))
                .closeTimeout(millis("herald.socketio.close-timeout", defaults.closeTimeout()))
                .maxPayload(number("herald.socketio.max-payload", defaults.maxPayload()))
                .maxPackets(number("herald.socketio.max-packets", defaults.maxPackets()))
                .queuedPackets(number("herald.socketio.queue-messages", defaults.queuedPackets()))
                .queuedBytes(number("herald.socketio.queue-bytes", (int) defaults.queuedBytes()))
                .maxSessions(number("herald.connections.max", defaults.maxSessions()))
                .maxPosts(number("herald.socketio.max-posts", defaults.maxPosts()))
                .postTimeout(millis("herald.socketio.post-timeout", defaults.postTimeout()))
                .httpCompression(number("herald.socketio.compression", defaults.httpCompression()))
                .build();
    }

    @Produces
    @Singleton
    SocketIoSettings socketIoSettings(ObserverCatalogue catalogue) {
        return socketIoSettings(AdminConfiguration.namespaces(admin(), catalogue.namespaces()));
    }

    private SocketIoSettings socketIoSettings(Collection<String> observedNamespaces) {
        var defaults = SocketIoSettings.DEFAULT;
        var namespaces = new HashSet<>(list("herald.socketio.namespaces"));
        namespaces.addAll(observedNamespaces);
        return new SocketIoSettings(
                namespaces,
                millis("herald.socketio.connect-timeout", defaults.connectTimeout()),
                millis("herald.socketio.attachment-timeout", defaults.attachmentTimeout()),
                number("herald.socketio.max-payload", defaults.maxAttachmentBytes()),
                number("herald.socketio.max-invalid-namespaces", defaults.maxInvalidNamespaces()),
                number("herald.socketio.pending-answers", defaults.pendingAnswers()),
                flag("herald.socketio.recovery", defaults.recovery()),
                millis("herald.socketio.recovery-window", defaults.recoveryWindow()),
                number("herald.socketio.max-suspended", defaults.maxSuspended()),
                flag("herald.socketio.metadata", defaults.metadata()),
                config.getOptionalValue("herald.socketio.bare-events", String.class)
                        .map(BareEvents::of)
                        .orElse(defaults.bare()),
                flag("herald.socketio.answer-unhandled", defaults.answersUnhandled()));
    }

    @Produces
    @Singleton
    SocketIoPath socketIoPath() {
        return new SocketIoPath(
                config.getOptionalValue("herald.socketio.path", String.class).orElse("/socket.io/"));
    }

    AccessRules accessRules() {
        return new AccessRules(
                list("herald.policy").stream().map(AccessRules.Rule::of).toList());
    }

    /** How much clients may ask for; empty when as much as they like. */
    Optional<QuotaLimits> quotaLimits() {
        return QuotaSettings.read(config);
    }

    /** For how long a permission counts that is not one to join. */
    Duration policyRecheck() {
        return millis("herald.policy.recheck", Duration.ofMinutes(1));
    }

    /** How long the application's policy may take. */
    Duration policyTimeout() {
        return positive("herald.policy.timeout", Duration.ofSeconds(10));
    }

    private Duration positive(String name, Duration orElse) {
        var time = millis(name, orElse);
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException(name + " is not positive");
        }
        return time;
    }

    /** The roles that anything here asks for, besides the application's policy. */
    Set<String> roles() {
        var roles = new HashSet<>(accessRules().roles());
        roles.addAll(list("herald.roles"));
        return roles;
    }

    @Produces
    @Singleton
    DocumentSettings documents() {
        var name = "herald.document.max-size";
        var size = number(name, DocumentSettings.MAX_SIZE);
        if (size < 1 || size > DocumentSettings.MAX_SIZE) {
            throw new IllegalArgumentException(name + " is not 1 to " + DocumentSettings.MAX_SIZE);
        }
        return DocumentSettings.DEFAULT.withMaxSize(size);
    }

    /** Whether messages are written by the transactions that publish them. */
    OutboxSettings outbox() {
        return new OutboxSettings(
                flag("herald.outbox", false),
                config.getOptionalValue("herald.outbox.datasource", String.class)
                        .orElse(""),
                flag("herald.outbox.migrate", true));
    }

    /** How this node finds others; empty when it has none. */
    Optional<ClusterSettings> cluster() {
        return Optional.of(ClusterSettings.of(name -> config.getOptionalValue(name, String.class)))
                .filter(cluster -> cluster.isOn(databaseAddress().url()));
    }

    /** Where the log's database is, as far as it is named by a URL. */
    record DatabaseAddress(Optional<String> url, String user, String password) {}

    DatabaseAddress databaseAddress() {
        return new DatabaseAddress(
                config.getOptionalValue("herald.datasource.url", String.class),
                config.getOptionalValue("herald.datasource.user", String.class).orElse(""),
                config.getOptionalValue("herald.datasource.password", String.class)
                        .orElse(""));
    }

    /** Whether whoever asks is told which events the application has. */
    boolean showsEvents() {
        return flag("herald.asyncapi", false);
    }

    /** Whether the board says and does anything. */
    boolean hasBoard() {
        return flag("herald.board", true);
    }

    /** What is pushed to browsers, and to which push services. */
    PushSettings push() {
        var unused = flag("herald.push", true);
        return PushConfiguration.read(config);
    }

    /** Whether the server has users who can sign in by a password. */
    boolean hasLogin() {
        return flag("herald.login", false);
    }

    /** Those of the Admin UI; empty when it is off. */
    Optional<AdminSettings> admin() {
        return AdminConfiguration.read(config, flag("herald.admin.read-only", false));
    }

    int observerThreads() {
        return number("herald.observers.threads", 64);
    }

    int observerQueue() {
        return number("herald.observers.queue", 10_000);
    }

    private int number(String name, int orElse) {
        return value(name, Integer.class).orElse(orElse);
    }

    private long bytes(String name, long orElse) {
        return value(name, Long.class).orElse(orElse);
    }

    private boolean flag(String name, boolean orElse) {
        return value(name, Boolean.class).orElse(orElse);
    }

    private Duration millis(String name, Duration orElse) {
        return value(name, Long.class).map(Duration::ofMillis).orElse(orElse);
    }

    private <T> Optional<T> value(String name, Class<T> type) {
        try {
            return config.getOptionalValue(name, type);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + " is no " + type.getSimpleName(), e);
        }
    }

    private List<String> list(String name) {
        return config.getOptionalValues(name, String.class).orElse(List.of());
    }
}
