package dev.herald.board;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.Person;
import dev.herald.api.Position;
import org.junit.jupiter.api.Test;

class FrontPageTest {

    private static final Person ANN = new Person("guest-ann", "Ann");
    private static final Person BOB = new Person("bob", "Bob");
    private static final ChannelName ANNS = ChannelName.ofUser(ANN.id());

    private final FakeHerald herald = new FakeHerald();

    @Test
    void showsTheLatestNewsAndWhereTheyEnd() {
        for (var n = 1; n <= FrontPage.LINES + 1; n++) {
            herald.add(ChannelName.NEWS, "news", BOB, null, "{\"msg\":\"" + n + "\"}");
        }
        var page = page(ANN);

        assertThat(page.news()).hasSize(FrontPage.LINES);
        assertThat(page.news()).first().extracting(Line::text).isEqualTo("2");
        assertThat(page.newsPosition()).isEqualTo(new Position("e", FrontPage.LINES + 1));
    }

    @Test
    void hasNoPositionWhereThereIsNothing() {
        var page = page(ANN);

        assertThat(page.news()).isEmpty();
        assertThat(page.newsPosition()).isNull();
        assertThat(page.privatePosition()).isNull();
    }

    @Test
    void endsBehindMessagesThatItDoesNotShow() {
        herald.add(ChannelName.NEWS, "score", BOB, null, "1");
        var page = page(ANN);

        assertThat(page.news()).isEmpty();
        assertThat(page.newsPosition()).isEqualTo(new Position("e", 1));
    }

    @Test
    void saysWhomAPrivateMessageIsSharedWith() {
        herald.add(ANNS, "private", BOB, ANN.id(), "{\"msg\":\"to Ann\"}");
        herald.add(ANNS, "sent", ANN, BOB.id(), "{\"msg\":\"to Bob\"}");
        herald.add(ANNS, "private", null, ANN.id(), "{\"msg\":\"from Herald\"}");
        herald.add(ANNS, "private", ANN, ANN.id(), "{\"msg\":\"to myself\"}");
        var page = page(ANN);

        assertThat(page.privates())
                .extracting(line -> line.partnerId() + ": " + line.senderName() + ": " + line.text())
                .containsExactly(
                        "bob: Bob: to Ann", "bob: Ann: to Bob", ": Herald: from Herald", "guest-ann: Ann: to myself");
    }

    @Test
    void countsEveryoneAndListsTheOthers() {
        herald.connect("1", ANN);
        assertThat(page(ANN).count()).isEqualTo("1 person online");
        assertThat(page(ANN).others()).isEmpty();

        herald.connect("2", BOB);
        assertThat(page(ANN).count()).isEqualTo("2 people online");
        assertThat(page(ANN).others()).containsExactly(BOB);
    }

    @Test
    void offersANameToGuestsOnly() {
        assertThat(page(ANN).isGuest()).isTrue();
        assertThat(page(BOB).isGuest()).isFalse();
    }

    private FrontPage page(Person visitor) {
        return FrontPage.of(herald, visitor);
    }
}
