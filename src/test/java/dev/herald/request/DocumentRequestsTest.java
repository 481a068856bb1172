package dev.herald.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Person;
import dev.herald.document.Awareness;
import dev.herald.document.DocumentRules;
import dev.herald.document.DocumentSettings;
import dev.herald.document.Documents;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.Member;
import dev.herald.hub.MemoryLog;
import dev.herald.hub.Snapshots;
import dev.herald.request.Permission.Decision;
import dev.herald.testing.FakeSubscriber;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.NoObservers;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class DocumentRequestsTest {

    private static final ChannelName CHANNEL = ChannelName.ofDocument("d");

    /** What waits for a thread. */
    private final Deque<Runnable> later = new ArrayDeque<>();

    private final MemoryLog log = new MemoryLog("life", Clock.systemUTC(), new MemoryLog.Bounds(1_000, 1_000_000, 100));
    private final Hub hub = new Hub(
            log,
            new ChannelKinds(List.of(), List.of()),
            new NoObservers(),
            new HubLimits(10, 3, 100),
            Clock.systemUTC(),
            Runnable::run);
    private final Documents documents = new Documents(
            hub, log, new NoSnapshots(), DocumentRules.NONE, DocumentSettings.DEFAULT, Clock.systemUTC(), later::add);
    private final Member ann = hub.connect(new FakeSubscriber(new Connection("ann's", new Person("ann", "Ann"))));

    private static final class NoSnapshots implements Snapshots {

        @Override
        public Optional<Snapshot> latest(String name) {
            return Optional.empty();
        }

        @Override
        public void keep(String name, Snapshot snapshot) {
            // All changes are in the log.
        }
    }

    private Requests requests(Permission permission) {
        return new Requests(
                hub,
                permission,
                Quotas.NONE,
                Authentication.NONE,
                new Logins(hub, Clock.systemUTC(), Runnable::run),
                documents,
                new Awareness(hub, new FakeTimer().asExecutor()));
    }

    private void lendThreads() {
        for (var next = later.poll(); next != null; next = later.poll()) {
            next.run();
        }
    }

    private static JsonObject fields(String name, String value) {
        return Json.createObjectBuilder().add(name, value).build();
    }

    @Test
    void whatComesAfterAnOpeningWaitsForIt() {
        var requests = requests(Permission::byChannel);
        var replies = new ArrayList<String>();
        for (var event : List.of("doc:open", "doc:presence", "doc:close", "doc:open", "doc:close")) {
            var unused = requests.handle(ann, new RawRequest(event, fields("name", "d")))
                    .thenAccept(reply -> replies.add(reply.getClass().getSimpleName()));
        }
        assertThat(replies).isEmpty();

        lendThreads();

        assertThat(replies).containsExactly("Opened", "DocumentPeople", "Left", "Opened", "Left");
        assertThat(ann.channels()).doesNotContain(CHANNEL);
        var join = requests.handle(ann, new Request.Join(new ChannelName("orders"), null));
        assertThat(join.toCompletableFuture()).as("nothing is left that waits").isDone();
    }

    @Test
    void aRightThatIsTakenAwayWhileItIsDecidedClosesTheDocument() {
        var first = new CompletableFuture<Decision>();
        var asked = new ArrayList<Request>();
        var requests = requests((asker, request) -> {
            asked.add(request);
            return asked.size() == 1
                    ? first
                    : CompletableFuture.completedFuture(
                            new Decision.Denied(ErrorCode.CHANNEL_FORBIDDEN, "not any more"));
        });
        var opening = requests.handle(ann, new Request.Open("d", null));
        requests.rooms().revoke("ann", null);
        first.complete(new Decision.Allowed());

        lendThreads();

        assertThat(opening.toCompletableFuture()).isDone();
        assertThat(ann.channels()).doesNotContain(CHANNEL);
    }

    @Test
    void whatLooksLikeBytesIsEscapedOnTheFeedAndByHttpOnly() {
        var escaped = Json.createObjectBuilder()
                .add("event", "doc:change")
                .add("name", "d")
                .add("merge", Json.createObjectBuilder().add("a", fields("$$bytes", "AA==")))
                .build();

        var read = (Request.ChangeDocument) RawRequest.of(escaped).read(ann.privateChannel());

        assertThat(read.change().json())
                .isEqualTo(Json.createObjectBuilder()
                        .add("a", fields("$bytes", "AA=="))
                        .build());
        var asItIs = (Request.ChangeDocument) new RawRequest("doc:change", escaped).read(ann.privateChannel());
        assertThat(asItIs.change().json()).isEqualTo(escaped.get("merge"));
    }
}
