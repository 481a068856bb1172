import { avatar } from "./avatar.js";
import { eachFrame, element, find } from "./dom.js";
import { APPLICATION } from "./messages.js";
import { addressOf } from "./router.js";
import { say } from "./words.js";

/** The channels and private conversations with what is unread, and the people who are there. */
export class Sidebar {
  #session;
  #lists = { channels: find("#channels ul"), talks: find("#talks ul"), people: find("#people ul") };
  #items = new Map();

  constructor(session) {
    this.#session = session;
    this.#takeRendered();
    this.#lists.people.replaceChildren();
    this.draw = eachFrame(() => this.#draw());
  }

  /** The people as the server rendered them are shown until there is a connection. */
  #takeRendered() {
    const people = Array.from(this.#lists.people.querySelectorAll("[data-person]"), ({ dataset, textContent }) => ({ id: dataset.person, name: textContent.trim() }));
    this.#session.people.update("people", { people, count: Number(find("#count").dataset.count) });
  }

  #draw() {
    const { people, self } = this.#session;
    const all = [...this.#session.conversations.values()];
    const channels = all.filter(({ isChannel }) => isChannel).sort(byName);
    const talks = all
      .filter(({ isChannel, id, messages, unread }) => !isChannel && (messages.length > 0 || unread > 0 || id === this.#session.currentId))
      .sort((a, b) => b.lastAt - a.lastAt);
    const others = [...people.online.values()].filter(({ id }) => id !== self.id);
    this.#fill("channels", channels.map((conversation) => this.#conversation(conversation)));
    this.#fill("talks", talks.map((conversation) => this.#conversation(conversation)));
    this.#fill("people", others.map((person) => this.#person(person)));
    find("#talks").hidden = talks.length === 0;
    find("#count").textContent = say("people.online", { n: people.count });
    find("#people").classList.toggle("stale", !this.#session.isConnected);
    find("#stale").hidden = this.#session.isConnected || this.#session.connection.state.name === "connecting";
    find("#stale").textContent = say(this.#session.connection.wasConnected ? "people.stale" : "people.rendered");
    const unlisted = find("#unlisted");
    unlisted.hidden = people.count <= people.online.size;
    unlisted.textContent = say("people.more", { n: people.count - people.online.size });
    find("#add-channel").hidden = !this.#session.isBoard;
  }

  #conversation(conversation) {
    const { id, isChannel, unread, mentions, isMuted } = conversation;
    const title = this.#session.title(conversation);
    const isCurrent = id === this.#session.currentId;
    const state = isChannel || id === APPLICATION ? "" : this.#session.people.stateOf(conversation.name);
    const key = `${title}|${unread}|${mentions}|${isMuted}|${isCurrent}|${state}`;
    return { id: `conversation ${id}`, key, make: () => this.#link(conversation, title, state, isCurrent) };
  }

  #link({ id, isChannel, name, unread, mentions, isMuted }, title, state, isCurrent) {
    const sign = isChannel ? element("span", { class: "sign", "aria-hidden": "true", text: "#" }) : avatar(name, title);
    const isLoud = unread > 0 && (!isMuted || mentions > 0);
    const shown = unread > 99 ? "99+" : String(unread);
    const badge = isLoud
      ? [element("span", { class: mentions > 0 || !isChannel ? "badge strong" : "badge", children: [element("span", { "aria-hidden": "true", text: shown }), element("span", { class: "visually-hidden", text: say("unread.count", { n: unread }) })] })]
      : [];
    return element("a", {
      href: addressOf(id),
      class: `item${isLoud ? " loud" : ""}${isMuted ? " muted" : ""}`,
      "aria-current": isCurrent ? "page" : undefined,
      data: { conversation: id },
      children: [sign, ...presence(state), element("bdi", { class: "name", text: title }), ...badge],
    });
  }

  #person({ id, name, state }) {
    const make = () =>
      element("a", {
        href: addressOf(`@${id}`),
        class: "item",
        data: { conversation: `@${id}`, person: id },
        children: [avatar(id, name), ...presence(state), element("bdi", { class: "name", text: name })],
      });
    return { id: `person ${id}`, key: `${name}|${state}`, make };
  }

  /** Makes a list have these items, and keeps the elements of those that have not changed, with the focus. */
  #fill(name, wanted) {
    const list = this.#lists[name];
    const ids = new Set(wanted.map(({ id }) => `${name} ${id}`));
    for (const [id, { item, of }] of this.#items) {
      if (of === name && !ids.has(id)) {
        item.remove();
        this.#items.delete(id);
      }
    }
    wanted.forEach((one, place) => {
      const item = this.#item(name, one);
      if (list.children[place] !== item) {
        list.insertBefore(item, list.children[place] ?? null);
      }
    });
  }

  #item(name, { id, key, make }) {
    const known = this.#items.get(`${name} ${id}`);
    if (known?.key === key) {
      return known.item;
    }
    const item = known?.item ?? element("li");
    const hasFocus = item.contains(document.activeElement);
    item.replaceChildren(make());
    if (hasFocus) {
      item.firstElementChild.focus();
    }
    this.#items.set(`${name} ${id}`, { item, key, of: name });
    return item;
  }
}

/** A dot, and the same in words for who does not see it. */
function presence(state) {
  return state === ""
    ? []
    : [element("span", { class: `presence ${state}`, title: say(`state.${state}`), children: [element("span", { class: "visually-hidden", text: say(`state.${state}`) })] })];
}

/** News first. */
function byName(a, b) {
  return a.id === "#news" ? -1 : b.id === "#news" ? 1 : a.name.localeCompare(b.name);
}
