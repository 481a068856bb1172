import { APPLICATION_NAME } from "./messages.js";

/** The most people in the list, as in the server's. */
const MOST = 200;

/** The most names that are remembered. */
const MOST_NAMES = 5_000;

/** Who is there, who is away, and everybody's names. */
export class People {
  /** By id: `{id, name, state}` of who is online; `state` is `here` or `away`. */
  online = new Map();
  count = 0;
  #names = new Map([["", APPLICATION_NAME]]);
  /** All names in lower case; null when it has to be made anew. */
  #lower = null;

  nameOf(id) {
    return this.#names.get(id) ?? id;
  }

  knows(id) {
    return this.#names.has(id);
  }

  /** Whether somebody is called so; case does not count. */
  isName(name) {
    this.#lower ??= new Set(Array.from(this.#names.values(), (known) => known.toLowerCase()));
    return this.#lower.has(name.toLowerCase());
  }

  /** `here`, `away` or `offline`. */
  stateOf(id) {
    return this.online.get(id)?.state ?? "offline";
  }

  /** Learns a name, as a message or the server says it. */
  meet(id, name) {
    if (!id || !name) {
      return;
    }
    this.#lower = this.#names.get(id) === name ? this.#lower : null;
    this.#names.delete(id);
    this.#names.set(id, name);
    if (this.#names.size > MOST_NAMES) {
      this.#names.delete(this.#names.keys().next().value);
    }
    const person = this.online.get(id);
    if (person) {
      person.name = name;
    }
  }

  /** Takes what the application says: the list (`people`), one change (`online`, `offline`, `state`), or several (`changed`). */
  update(event, data) {
    if (event === "state") {
      const person = this.online.get(data.id);
      if (person) {
        person.state = data.state;
      }
      return;
    }
    const come = { people: data.people, online: [data], changed: data.online }[event] ?? [];
    const gone = { offline: [data.id], changed: data.offline }[event] ?? [];
    const before = this.online;
    if (event === "people") {
      this.online = new Map();
    }
    gone.forEach((id) => this.online.delete(id));
    for (const { id, name, state } of come) {
      if (this.online.size < MOST || this.online.has(id)) {
        this.online.set(id, { id, name, state: state ?? before.get(id)?.state ?? "here" });
        this.meet(id, name);
      }
    }
    this.count = data.count;
  }

  /** At most so many people whose name, or a word of it, begins with this; case does not count. */
  startingWith(prefix, most) {
    const wanted = prefix.toLowerCase();
    return [...this.online.values()]
      .filter(({ name }) => name.toLowerCase().split(/\s+/).some((_, n, words) => words.slice(n).join(" ").startsWith(wanted)))
      .slice(0, most);
  }
}

const CHANGES = new Set(["people", "changed", "online", "offline", "state"]);

/** What the application itself says about the people online. Clients can write to the channel as well, but then `from` is there. */
export function isOfPeople(event, { channel, from } = {}) {
  if (from !== undefined) {
    return false;
  }
  return channel === undefined ? event === "people" : channel === "people" && CHANGES.has(event);
}
