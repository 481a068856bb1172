package dev.herald.cluster;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.concurrent.LimitedLog;
import dev.herald.concurrent.OrderedDispatcher;
import dev.herald.hub.Bus;
import dev.herald.hub.NodeAnswer;
import dev.herald.hub.NodeCall;
import dev.herald.json.JsonReading;
import dev.herald.random.RandomIds;
import jakarta.json.JsonString;
import jakarta.json.spi.JsonProvider;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls between nodes by the bus. All nodes hear a call, and each answers into the mailbox of the one that calls. A node that leaves
 * is waited for no more; neither is one that does not answer within the call's patience and {@link #WAY}. A call that the bus doubles
 * is answered once.
 *
 * <p>Threads: any thread may call, with any lock held, as that only queues. The bus and the clock call, too. Calls of others are
 * answered on borrowed threads, which hold no lock.
 */
final class BusCalls {

    /** How long a call and its answer may take on their ways, beside the patience of the call. */
    static final Duration WAY = Duration.ofSeconds(2);

    /** How many calls may wait for answers; a further one fails. */
    static final int CALLS = 1_000;

    /** How many calls of others may wait to be answered, and how many characters these may have together; a further one fails. */
    static final int QUESTIONS = 1_000;

    static final int QUESTIONS_LENGTH = 16 * 1024 * 1024;

    /** How many calls are remembered as answered. */
    private static final int REMEMBERED = 10_000;

    /** How many threads answer; calls about one subject are answered one after another. */
    private static final int THREADS = 4;

    // No channel can have these names.
    private static final String ALL = "/calls";
    private static final String MAILBOX = "/answers/";
    private static final int NAME_BYTES = 9;

    private static final System.Logger LOG = System.getLogger(BusCalls.class.getName());
    private static final JsonProvider JSON = JsonProvider.provider();

    private final Bus bus;
    private final Supplier<Set<String>> others;
    private final Supplier<String> me;
    private final LongSupplier clock;
    private final Executor executor;
    private final String mailbox = RandomIds.ofBytes(NAME_BYTES);
    private final AtomicLong number = new AtomicLong();
    private final Map<String, WaitingCall> waiting = new ConcurrentHashMap<>();
    private final Letters letters = new Letters();
    private final OrderedDispatcher<String, Question> questions;
    private final AtomicLong questionsLength = new AtomicLong();
    private final LimitedLog failures = new LimitedLog(LOG);
    private final Set<String> answered =
            Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<String, Boolean>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                    return size() > REMEMBERED;
                }
            }));

    /** Written once, by {@link #start}. */
    private volatile @Nullable Function<List<String>, CompletionStage<List<String>>> answerer;

    private record Question(String mailbox, String id, List<String> what, int length) {}

    /**
     * Knows the bus, which is not started yet.
     *
     * @param others the ids of the other nodes that live
     * @param me the id of this one
     * @param clock as {@link System#nanoTime}
     */
    BusCalls(Bus bus, Supplier<Set<String>> others, Supplier<String> me, LongSupplier clock, Executor executor) {
        this.bus = bus;
        this.others = others;
        this.me = me;
        this.clock = clock;
        this.executor = executor;
        this.questions = new OrderedDispatcher<>(executor, THREADS, QUESTIONS, (subject, question) -> answer(question));
    }

    /** Begins to hear, once the bus is started. The answerer is called on borrowed threads. */
    void start(Function<List<String>, CompletionStage<List<String>>> answers) {
        answerer = answers;
        bus.listen(ALL);
        bus.listen(MAILBOX + mailbox);
    }

    // Calling.

    /** As {@link dev.herald.hub.Neighbours#call}. */
    CompletionStage<List<NodeAnswer>> call(NodeCall call) {
        var asked = others.get();
        if (asked.isEmpty()) {
            return CompletableFuture.completedStage(List.of());
        }
        var text = array(call.subject(), call.what());
        if (text.length() > Letters.LONGEST) {
            return none(asked, "the call is too large: " + text.length() + " of " + Letters.LONGEST + " characters");
        }
        if (waiting.size() >= CALLS) {
            return none(asked, "this node waits for as many answers of others as it may: " + CALLS);
        }
        var id = mailbox + number.incrementAndGet();
        var one = new WaitingCall(asked, call.isEnough(), call.patience().plus(WAY), clock.getAsLong());
        waiting.put(id, one);
        var unused = one.outcome().whenComplete((answers, never) -> waiting.remove(id));
        try {
            send(ALL, new Letters.Letter(mailbox, id, text));
        } catch (IllegalArgumentException e) {
            asked.forEach(node -> one.none(node, "the call cannot be told to other nodes: " + e.getMessage()));
        }
        // A node that left before the call was noted will not be told again.
        asked.stream().filter(node -> !others.get().contains(node)).forEach(node -> one.none(node, gone(node)));
        return one.outcome().thenApplyAsync(Function.identity(), executor);
    }

    private static CompletionStage<List<NodeAnswer>> none(Set<String> nodes, String why) {
        return CompletableFuture.completedStage(
                nodes.stream().map(node -> NodeAnswer.none(node, why)).toList());
    }

    private static String gone(String node) {
        return "the node " + node + " is gone";
    }

    /** A node has left, or its lease is over. */
    void left(String node) {
        waiting.values().forEach(call -> call.none(node, gone(node)));
    }

    /** Looks at the clock; called a few times each second. */
    void tick() {
        var now = clock.getAsLong();
        waiting.values().forEach(call -> call.tick(now));
        letters.forgetTheOldest(now);
    }

    /** How many calls wait for answers. */
    int waiting() {
        return waiting.size();
    }

    // Hearing, on the bus's thread.

    /** Whether what is told about this topic is for {@link #heard}. */
    static boolean isAbout(String topic) {
        return topic.equals(ALL) || topic.startsWith(MAILBOX);
    }

    /**
     * A part of a call, or of an answer.
     *
     * @throws RuntimeException when it is neither
     */
    void heard(String topic, String part) {
        letters.take(part, clock.getAsLong()).ifPresent(letter -> {
            if (topic.equals(ALL)) {
                asked(letter);
            } else {
                answeredBy(letter);
            }
        });
    }

    private void answeredBy(Letters.Letter letter) {
        var call = waiting.get(letter.id());
        if (call != null) {
            var texts = texts(letter.text());
            call.answered(
                    texts.get(0).isEmpty()
                            ? NodeAnswer.of(letter.from(), texts.subList(1, texts.size()))
                            : NodeAnswer.none(letter.from(), texts.get(0)));
        }
    }

    private void asked(Letters.Letter letter) {
        if (!answered.add(letter.id())) {
            return;
        }
        var texts = texts(letter.text());
        var question = new Question(
                letter.from(),
                letter.id(),
                texts.subList(1, texts.size()),
                letter.text().length());
        if (questions.isFull() || questionsLength.get() + question.length() > QUESTIONS_LENGTH) {
            refuse(question, "the node " + me.get() + " has too many calls of other nodes to answer");
            return;
        }
        questionsLength.addAndGet(question.length());
        questions.add(texts.get(0), question);
    }

    // Answering, on borrowed threads.

    private void answer(Question question) {
        questionsLength.addAndGet(-question.length());
        var answers = answerer;
        try {
            if (answers != null) {
                answers.apply(question.what()).whenComplete((answer, failure) -> {
                    if (failure == null) {
                        reply(question, answer);
                    } else {
                        refuse(question, failure);
                    }
                });
            }
        } catch (RuntimeException e) {
            refuse(question, e);
        }
    }

    private void refuse(Question question, Throwable failure) {
        var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        failures.logTracedOnce(WARNING, () -> "a call of another node could not be answered: " + cause, cause);
        refuse(question, "the node " + me.get() + " could not do it: " + cause.getMessage());
    }

    private void reply(Question question, List<String> answer) {
        var text = array("", answer);
        if (text.length() > Letters.LONGEST) {
            refuse(
                    question,
                    "the answer of the node " + me.get() + " is too large: " + text.length() + " of " + Letters.LONGEST
                            + " characters");
        } else {
            tell(question, text);
        }
    }

    private void refuse(Question question, String why) {
        tell(question, array(why, List.of()));
    }

    private void tell(Question question, String text) {
        try {
            send(MAILBOX + question.mailbox(), new Letters.Letter(me.get(), question.id(), text));
        } catch (IllegalArgumentException e) {
            LOG.log(DEBUG, "an answer cannot be carried by the bus; who asked is told so", e);
            send(
                    MAILBOX + question.mailbox(),
                    new Letters.Letter(
                            me.get(), question.id(), array("the answer has half a character in it", List.of())));
        }
    }

    private void send(String topic, Letters.Letter letter) {
        letter.parts(bus.maxBytes() - topic.length()).forEach(part -> bus.tell(topic, part));
    }

    private static String array(String first, List<String> rest) {
        var array = JSON.createArrayBuilder().add(first);
        rest.forEach(array::add);
        return array.build().toString();
    }

    private static List<String> texts(String json) {
        return List.copyOf(JsonReading.read(json).asJsonArray().getValuesAs(JsonString::getString));
    }
}
