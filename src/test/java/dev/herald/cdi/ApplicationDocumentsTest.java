package dev.herald.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.herald.api.DocumentChange;
import dev.herald.api.DocumentSource;
import dev.herald.api.DocumentValidator;
import dev.herald.api.Position;
import dev.herald.document.DocumentState;
import jakarta.enterprise.inject.Instance;
import jakarta.json.Json;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ApplicationDocumentsTest {

    private static final DocumentValidator KEEPS = DocumentChange::before;
    private static final DocumentSource HAS = name -> Optional.of(Json.createValue("of " + name));
    private static final JsonValue OTHER = Json.createValue("other");
    private static final DocumentState STATE = new DocumentState(new Position("e", 1), JsonValue.EMPTY_JSON_OBJECT, 2);

    @SuppressWarnings("unchecked") // of the type of the beans
    private static <T> Instance<T> beans(List<T> all) {
        return FakeObserver.proxy(Instance.class, (name, arguments) -> switch (name) {
            case "isAmbiguous" -> all.size() > 1;
            case "isUnsatisfied" -> all.isEmpty();
            case "get" -> all.get(0);
            default -> throw new UnsupportedOperationException(name);
        });
    }

    private static ApplicationDocuments application(List<DocumentValidator> validators, List<DocumentSource> sources) {
        var application = new ApplicationDocuments();
        application.validators = beans(validators);
        application.sources = beans(sources);
        application.context = new NoRequestContext();
        return application;
    }

    @Test
    void theOneBeanOfEachKindIsAsked() {
        var rules = application(List.of(KEEPS), List.of(HAS)).rules();

        assertThat(rules.check("a", null, STATE, OTHER)).isEqualTo(JsonValue.EMPTY_JSON_OBJECT);
        assertThat(rules.source("a")).contains(Json.createValue("of a"));
    }

    @Test
    void withoutBeansEverythingMayBe() {
        var rules = application(List.of(), List.of()).rules();

        assertThat(rules.check("a", null, STATE, OTHER)).isEqualTo(OTHER);
        assertThat(rules.source("a")).isEmpty();
    }

    @Test
    void twoBeansOfOneKindFailTheDeployment() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> application(List.of(KEEPS, KEEPS), List.of(HAS)).rules())
                .withMessage("several beans implement DocumentValidator, and only one can be asked");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> application(List.of(KEEPS), List.of(HAS, HAS)).rules())
                .withMessage("several beans implement DocumentSource, and only one can be asked");
    }
}
