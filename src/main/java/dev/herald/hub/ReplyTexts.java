package dev.herald.hub;

import dev.herald.api.Attributes;
import dev.herald.api.Connection;
import dev.herald.api.ConnectionState;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Connections, and what each has answered, as texts for another node: for each the id, person, namespace, whether there is an answer,
 * the answer or why there is none, and the attributes. Any thread may call, holding no lock.
 */
final class ReplyTexts {

    private ReplyTexts() {}

    /** Of connections that are asked nothing. */
    static List<String> list(List<Member> members) {
        return texts(members.stream()
                .map(member -> new RemotePeers.Reply(member.connection(), null, ""))
                .toList());
    }

    /** Asks them, and completes when each has answered, or will not. */
    static CompletionStage<List<String>> gather(List<Member> members, String event, String json, Duration patience) {
        var asked = members.stream()
                .map(member -> ask(member, event, json, patience))
                .toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenApply(done ->
                        texts(asked.stream().map(CompletableFuture::join).toList()));
    }

    private static CompletableFuture<RemotePeers.Reply> ask(
            Member member, String event, String json, Duration patience) {
        CompletionStage<String> answer;
        try {
            answer = member.request(event, json, patience);
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedStage(e);
        }
        return answer.handle((given, failure) -> failure == null
                        ? new RemotePeers.Reply(member.connection(), given, null)
                        : new RemotePeers.Reply(member.connection(), null, sentence(failure)))
                .toCompletableFuture();
    }

    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private static String sentence(Throwable failure) {
        return String.valueOf(cause(failure).getMessage());
    }

    private static List<String> texts(List<RemotePeers.Reply> replies) {
        var texts = new ArrayList<String>();
        for (var reply : replies) {
            texts.addAll(of(reply.connection()));
            texts.add(reply.json() != null ? "given" : "missing");
            texts.add(reply.json() != null ? reply.json() : String.valueOf(reply.why()));
        }
        return texts;
    }

    static List<RemotePeers.Reply> read(List<String> texts) {
        var replies = new ArrayList<RemotePeers.Reply>();
        for (var at = 0; at < texts.size(); ) {
            var end = end(texts, at);
            var isGiven = texts.get(end).equals("given");
            var text = texts.get(end + 1);
            replies.add(new RemotePeers.Reply(
                    connection(texts.subList(at, end)), isGiven ? text : null, isGiven ? null : text));
            at = end + 2;
        }
        return replies;
    }

    private static int end(List<String> texts, int at) {
        return at + 5 + 2 * Integer.parseInt(texts.get(at + 4));
    }

    /** A connection as others know it. */
    static List<String> of(Connection connection) {
        var attributes = connection.state().attributes().json();
        var person = connection.person();
        var texts = new ArrayList<>(List.of(
                connection.id(),
                person.id(),
                person.name(),
                connection.namespace(),
                String.valueOf(attributes.size())));
        attributes.forEach((name, json) -> texts.addAll(List.of(name, json)));
        return texts;
    }

    static Connection connection(List<String> texts) {
        var person = new Person(texts.get(1), texts.get(2));
        Map<String, String> attributes = new LinkedHashMap<>();
        for (var at = 5; at < texts.size(); at += 2) {
            attributes.put(texts.get(at), texts.get(at + 1));
        }
        return new Connection(
                texts.get(0),
                person,
                texts.get(3),
                new ConnectionState(new PersonPrincipal(person), new Attributes(attributes)));
    }
}
