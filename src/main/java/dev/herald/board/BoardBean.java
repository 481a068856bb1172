package dev.herald.board;

import dev.herald.api.EventException;
import dev.herald.api.Herald;
import dev.herald.api.PersonPrincipal;
import dev.herald.api.RefusedException;
import dev.herald.boardstore.BoardStore;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.context.ExternalContext;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * The front page as the server renders it, and its form. The page's script gets later messages by Socket.IO, beginning
 * after the positions that are given here.
 */
@Named("board")
@RequestScoped
public class BoardBean {

    private static final int SEE_OTHER = 303;

    @Inject
    Herald herald;

    @Inject
    BoardStore store;

    private FrontPage page;
    private String name;
    private @Nullable String problem;

    /** Reads everything once, so that the page shows one moment. */
    @PostConstruct
    void read() {
        var visitor = ((PersonPrincipal) external().getUserPrincipal()).person();
        page = FrontPage.of(herald, visitor);
        name = visitor.name();
    }

    /** What is shown. */
    public FrontPage getPage() {
        return page;
    }

    /** Where Socket.IO is, relative to the page: only the browser knows what a proxy has taken off the path. */
    public String getSocketIo() {
        return ConfigProvider.getConfig()
                .getOptionalValue("herald.socketio.path", String.class)
                .orElse("/socket.io/")
                .substring(1);
    }

    /** Whether visitors can sign in here, and users sign out. */
    public boolean isLogin() {
        return ConfigProvider.getConfig()
                .getOptionalValue("herald.login", Boolean.class)
                .orElse(false);
    }

    /** The visitor's name: the current one, or what was typed. */
    public String getName() {
        return name;
    }

    /** Takes the name that was typed. */
    public void setName(String name) {
        this.name = name;
    }

    /** What is wrong with the typed name; {@code null} if nothing is. */
    public @Nullable String getProblem() {
        return problem;
    }

    /** Stores the name in the visitor's browser and reloads the page, or says what is wrong with the name. */
    public void rename() {
        problem = problemOf(name);
        if (problem == null) {
            var external = external();
            external.addResponseHeader(
                    "Set-Cookie", DisplayName.cookie(name, external.getRequestContextPath(), external.isSecure()));
            // Relative, like all addresses of the page: only the browser knows what a proxy has taken off the path.
            external.setResponseStatus(SEE_OTHER);
            external.setResponseHeader("Location", "./");
            FacesContext.getCurrentInstance().responseComplete();
        }
    }

    private @Nullable String problemOf(String wanted) {
        try {
            name = new Names(herald, store).claim(page.self(), wanted);
            return null;
        } catch (EventException | RefusedException e) {
            return e.getMessage();
        }
    }

    private static ExternalContext external() {
        return FacesContext.getCurrentInstance().getExternalContext();
    }
}
