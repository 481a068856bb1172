package dev.herald.web;

import jakarta.inject.Inject;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionIdListener;
import jakarta.servlet.http.HttpSessionListener;

/** Hears from the container which sessions end, and which are given another id. */
public class LoginSessionListener implements HttpSessionListener, HttpSessionIdListener {

    @Inject
    LoginSessions sessions;

    @Override
    public void sessionDestroyed(HttpSessionEvent event) {
        sessions.ended(event.getSession().getId());
    }

    @Override
    public void sessionIdChanged(HttpSessionEvent event, String before) {
        sessions.renamed(before, event.getSession().getId());
    }
}
