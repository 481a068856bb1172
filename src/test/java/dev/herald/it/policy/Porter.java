package dev.herald.it.policy;

import dev.herald.api.ChannelName;
import dev.herald.api.Herald;
import dev.herald.api.OnEvent;
import dev.herald.api.Peer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** What the application itself does: it takes rights away, and puts clients into channels. */
@ApplicationScoped
public class Porter {

    /** {@code emit("bring-me", channel, ack)}: a bean joins the client to a channel. */
    @OnEvent("bring-me")
    void bring(String channel, Peer peer) {
        peer.join(channel);
    }

    /** {@code POST /porter?person=&channel=&action=&revoke=}. */
    @WebServlet("/porter")
    @SuppressWarnings("serial") // never serialised
    public static class Desk extends HttpServlet {

        @Inject
        transient Gate gate;

        @Inject
        transient Herald herald;

        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) {
            var person = request.getParameter("person");
            var channel = request.getParameter("channel");
            gate.takeAway(person, channel, request.getParameter("action"));
            if (request.getParameter("revoke") != null) {
                herald.revoke(person, new ChannelName(channel));
            }
        }
    }
}
