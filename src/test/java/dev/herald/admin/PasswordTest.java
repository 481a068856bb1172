package dev.herald.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordTest {

    @ParameterizedTest
    @ValueSource(strings = {"secret", "Jürgens 名前 سلمى 😀", "$1 is no hash"})
    void asItIsSet(String text) {
        var password = new Password(text);

        assertThat(password.is(text)).isTrue();
        assertThat(password.is(text + " ")).isFalse();
        assertThat(password.is("")).isFalse();
        assertThat(password).hasToString("a password");
    }

    /** Made by other programs: the first by the test vectors of jBCrypt, the second by PHP's, the third by Node's. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i",
                "$2y$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i",
                "$2b$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"
            })
    void asAHash(String hash) {
        var password = new Password(hash);

        assertThat(password.is("abcdefghijklmnopqrstuvwxyz")).isFalse();
        assertThat(password.is("abc")).isEqualTo(true);
        assertThat(password.is(hash)).isFalse();
        assertThat(password.is("x".repeat(73))).isFalse();
        assertThat(password).hasToString("a hash of bcrypt");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "$2b$10$short",
                "$2x$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i",
                "$2b$17$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"
            })
    void isRefusedWhenItCannotBe(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Password(text))
                .withMessageStartingWith("herald.admin.password ");
    }

    @Test
    void isNotShown() {
        assertThat(new AdminSettings("/admin", "ann", new Password("secret"), false, AdminSettings.Mode.PRODUCTION)
                        .toString())
                .doesNotContain("secret");
    }
}
