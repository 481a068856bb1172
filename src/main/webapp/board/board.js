/** The front page: the server renders it, and this script keeps it up to date by the stock client of Socket.IO. */

import { Alerts } from "./alerts.js";
import { Composer } from "./composer.js";
import { messageActions, showChannels, showHelp, showJump, showTopic } from "./dialogs.js";
import { eachFrame, find } from "./dom.js";
import { keep } from "./keep.js";
import { messageOf } from "./messages.js";
import { takeNames } from "./names.js";
import { showNotes } from "./notes.js";
import { Notice } from "./notice.js";
import { Push } from "./push.js";
import { addressOf, follow, placeOf } from "./router.js";
import { showSearch } from "./search.js";
import { Session } from "./session.js";
import { Sidebar } from "./sidebar.js";
import { Status } from "./status.js";
import { takeTheme } from "./theme.js";
import { Timeline } from "./timeline.js";
import { wary } from "./wary.js";
import { say, speak } from "./words.js";

/** How many pages of older messages are loaded at most for a message that a link leads to, and how long they are. */
const FAR = 50;
const FAR_PAGE = 200;

/** Who has not looked at the page for so long is away, in ms. */
const AWAY_AFTER = 5 * 60_000;

/** A page that was loaded anew is not loaded anew once more within this time, in ms. */
const RELOADED = 10_000;

const page = document.body.dataset;
speak(document.documentElement.lang, JSON.parse(page.words));

const socketIo = new URL(page.socketio, document.baseURI);
const { io, WebSocket, XHR } = await import(new URL("socket.io.esm.min.js", socketIo).href);
const transports = [wary(WebSocket), XHR];

const session = new Session({ io, transports, path: socketIo.pathname, self: { id: page.self, name: page.name }, keep, onChange: () => draw() });
session.begin(rendered(), { news: position("news"), private: position("private") });

/** The message that the address leads to, until another does. */
let wanted = null;

const known = {
  get self() {
    return session.self;
  },
  nameOf: (id) => session.people.nameOf(id),
  whoIs: (name) => (name.toLowerCase() === session.self.name.toLowerCase() ? "self" : session.people.isName(name) ? "known" : null),
  isConnected: () => session.isConnected,
  go,
  react,
  retry: (id) => session.outbox.retry(id),
  takeBack: (id) => composer.takeBack(session.outbox.discard(id)),
  actionsFor: (message) => messageActions(session, composer, react, message),
};
const timeline = new Timeline(session, known);
const composer = new Composer(session, keep, () => timeline.jumpToEnd());
const sidebar = new Sidebar(session);
const status = new Status(session);
const notice = new Notice(session);
const alerts = new Alerts(session, keep, go);
new Push(session, keep);
// Somebody has signed in or out in another tab: the page goes on as who this browser is now.
session.onUnauthorized = () => page.login && location.reload();
// Or the login is over, or the browser has shown a page of before. Not again and again: pages that are always another's help nobody.
session.onOther = () => {
  const wasReloaded = performance.getEntriesByType("navigation")[0]?.type === "reload" && performance.now() < RELOADED;
  if (!wasReloaded) {
    location.reload();
  }
};
session.onGone = (id) => id === session.currentId && go("#news");

const draw = eachFrame(() => {
  timeline.draw();
  sidebar.draw();
  composer.draw();
  status.draw();
  notice.draw();
  alerts.draw();
  drawHead();
});

function drawHead() {
  const { current } = session;
  find("#title").textContent = `${current.isChannel ? "# " : ""}${session.title(current)}`;
  find("#topic").textContent = current.topic || (current.id === "#news" ? say("news.topic") : "");
  find("#search").hidden = !session.isFull;
  find("#leave").hidden = !current.isChannel || current.id === "#news";
  find("#change-topic").hidden = !current.isChannel || !session.isBoard || current.id === "#news";
  find("#notes").hidden = !current.isChannel || !session.isFull;
  find("#mute").hidden = !current.isChannel || !session.isBoard;
  find("#mute").setAttribute("aria-pressed", String(current.isMuted));
  const typing = current.whoTypes;
  find("#typing").textContent = typing.length === 0 ? "" : typing.length > 3 ? say("typing.many") : say("typing", { n: typing.length, names: typing.join(", ") });
  find("#unkept").hidden = keep.lasts && navigator.cookieEnabled;
}

/** Shows a conversation, and gives it the page's address. */
function go(id, { isBack = false, message = null } = {}) {
  if (!isBack && (id !== session.currentId || message)) {
    history.pushState(null, "", addressOf(id, message));
  }
  document.body.dataset.tab = "conversation";
  wanted = null;
  session.show(id);
  if (message) {
    reveal(message);
  } else if (!matchMedia("(pointer: coarse)").matches) {
    composer.draw();
    composer.focus();
  }
}

/** Loads older messages until this one is there, up to a bound, and shows it; or says that it is not there. */
async function reveal(offset) {
  const conversation = session.current;
  const mine = (wanted = { offset });
  const found = () => conversation.messages.find((one) => one.offset === offset);
  if (!found()) {
    await session.opened;
  }
  for (let pages = 0; pages < FAR && !found() && !conversation.isComplete && !conversation.problem && wanted === mine; pages++) {
    await session.history.older(conversation, FAR_PAGE);
  }
  const message = found();
  if (wanted === mine && conversation === session.current) {
    draw();
    requestAnimationFrame(() =>
      requestAnimationFrame(() => (message && timeline.reveal(message.key)) || find("#composer .problem").replaceChildren(say("message.missing"))),
    );
  }
}

function react(message, emoji, on) {
  session.change("react", message, { emoji, on }).catch((problem) => find("#composer .problem").replaceChildren(problem.message));
}

/** What the server rendered, as messages; then the page is the script's. */
function rendered() {
  const lines = [...document.querySelectorAll("#log .line, #private .line")].map((line) => {
    const { offset, from, to, event } = line.dataset;
    const isNews = event === "news";
    return messageOf({
      event,
      channel: isNews ? "news" : "private",
      offset: Number(offset),
      epoch: page[isNews ? "newsEpoch" : "privateEpoch"],
      from,
      to,
      name: line.querySelector(".name").textContent,
      at: line.querySelector("time").dateTime,
      data: { msg: line.querySelector(".text").textContent },
    });
  });
  find("#private").remove();
  find("#log ol").replaceChildren();
  return lines;
}

/** The position of the last message that the server rendered; null if there was none. */
function position(channel) {
  const epoch = page[`${channel}Epoch`];
  return epoch ? { epoch, offset: Number(page[`${channel}Offset`]) } : null;
}

document.addEventListener("keydown", (event) => {
  const isWriting = event.target.closest?.("textarea, input, select, dialog");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    showJump(session, go);
  } else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    const links = [...document.querySelectorAll("#channels a, #talks a")];
    const place = links.findIndex((link) => link.dataset.conversation === session.currentId) + (event.key === "ArrowDown" ? 1 : -1);
    if (links[place]) {
      go(links[place].dataset.conversation);
    }
  } else if (!isWriting && event.key === "/" && !event.ctrlKey && !event.metaKey && session.isFull) {
    event.preventDefault();
    showSearch(session, go);
  } else if (!isWriting && event.key === "?" && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    showHelp();
  }
});
find("#help").addEventListener("click", showHelp);
find("#search").addEventListener("click", () => showSearch(session, go));
find("#jump").addEventListener("click", () => showJump(session, go));
find("#add-channel").addEventListener("click", () => showChannels(session, go));
find("#change-topic").addEventListener("click", () => showTopic(session));
find("#notes").addEventListener("click", () => showNotes(session));
find("#mute").addEventListener("click", () => session.mute(session.current, !session.current.isMuted));
find("#leave").addEventListener("click", () => session.exit(session.current.name));
document.querySelectorAll("#tabs button").forEach((tab) => tab.addEventListener("click", () => (document.body.dataset.tab = tab.dataset.to)));

let away;
document.addEventListener("visibilitychange", () => {
  clearTimeout(away);
  if (document.hidden) {
    away = setTimeout(() => session.away(true), AWAY_AFTER);
  } else {
    session.away(false);
    session.connection.retry();
    draw();
  }
});
addEventListener("online", () => session.connection.retry());

takeTheme(keep);
takeNames(session, keep, draw);
follow(go);
const start = placeOf(location.href);
go(start.id, { isBack: true, message: start.message });
document.body.dataset.ready = "";
session.connection.open();
draw();
