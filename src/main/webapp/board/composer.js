import { announce, element, find } from "./dom.js";
import { say } from "./words.js";

/** The counter is shown when so few characters are left. */
const NEAR_LIMIT = 500;

/** The most lines that are shown of what is written, and so many characters have as many anyway: the browser need not measure them. */
const MOST_ROWS = 10;
const LONG = 3_000;

/** How many people a completion offers. */
const OFFERED = 6;

/** A mention that is being written, at the end of what is before the caret. */
const BEGUN = /(^|[\s(])@([\p{L}\p{N}\p{M}_.\- ]{0,30})$/u;

/** Where one writes. Each conversation has its own draft, kept in the browser over switches and reloads. */
export class Composer {
  #session;
  #keep;
  #form = find("#composer");
  #text = find("#text");
  #label = find("#composer label");
  #counter = find("#counter");
  #problem = find("#composer .problem");
  #offers = find("#offers");
  #bar = find("#editing");
  #shownId = null;
  #editing = null;
  #chosen = 0;
  #offered = [];
  #onWritten;

  /** @param {() => void} onWritten called when something was sent */
  constructor(session, keep, onWritten) {
    this.#session = session;
    this.#keep = keep;
    this.#onWritten = onWritten;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#text.addEventListener("input", () => this.#typed());
    this.#text.addEventListener("keydown", (event) => this.#key(event));
    this.#text.addEventListener("blur", () => this.#offer([]));
    find("#editing button").addEventListener("click", () => this.#stopEditing());
    keep.onOther((key) => key === this.#draftKey && !this.#editing && document.activeElement !== this.#text && this.#load());
  }

  get #draftKey() {
    return `draft:${this.#shownId}`;
  }

  /** Shows the draft of the current conversation. */
  draw() {
    const { current, currentId } = this.#session;
    if (this.#shownId !== currentId) {
      this.#shownId = currentId;
      this.#editing = null;
      this.#bar.hidden = true;
      this.#problem.textContent = "";
      this.#load();
    }
    this.#form.hidden = !this.#session.mayWrite(current);
    const title = this.#session.title(current);
    const label = current.isChannel ? say(current.id === "#news" ? "write.news" : "write.channel", { name: title }) : say("write.person", { name: title });
    if (this.#label.textContent !== label) {
      this.#label.textContent = label;
      this.#text.placeholder = label;
    }
  }

  focus() {
    this.#text.focus();
  }

  /** Adds a quote of a message to the draft. */
  quote({ text }) {
    const quoted = text.split("\n").map((line) => `> ${line}`).join("\n");
    const before = this.#text.value;
    this.#set(`${before}${before && !before.endsWith("\n") ? "\n" : ""}${quoted}\n`);
    this.focus();
  }

  /** Puts a text that was not sent back into the draft. */
  takeBack(text) {
    this.#set(this.#text.value ? `${text}\n${this.#text.value}` : text);
    this.focus();
  }

  /** Changes a message of one's own; the draft comes back after it. */
  edit(message) {
    this.#editing = message;
    this.#bar.hidden = false;
    this.#problem.textContent = "";
    this.#text.value = message.text;
    this.#fit();
    this.focus();
  }

  #load() {
    this.#text.value = this.#keep.get(this.#draftKey) ?? "";
    this.#fit();
    this.#count();
  }

  #set(text) {
    this.#text.value = text;
    this.#typed();
  }

  #typed() {
    if (!this.#editing) {
      if (this.#text.value) {
        this.#keep.set(this.#draftKey, this.#text.value);
      } else {
        this.#keep.remove(this.#draftKey);
      }
      if (this.#text.value) {
        this.#session.typing();
      }
    }
    this.#problem.textContent = "";
    this.#fit();
    this.#count();
    this.#complete();
  }

  /** As high as the text, up to the limit in the style sheet. */
  #fit() {
    if (this.#text.value.length > LONG) {
      this.#text.rows = MOST_ROWS;
      return;
    }
    this.#text.rows = 1;
    const lineHeight = Number.parseFloat(getComputedStyle(this.#text).lineHeight) || 20;
    this.#text.rows = Math.min(MOST_ROWS, Math.max(1, Math.floor((this.#text.scrollHeight - 12) / lineHeight)));
  }

  get #left() {
    return this.#session.limits.text - this.#text.value.trim().length;
  }

  #count() {
    const left = this.#left;
    this.#counter.hidden = left > NEAR_LIMIT;
    this.#counter.textContent = left > NEAR_LIMIT ? "" : left < 0 ? say("limit.over", { n: -left }) : say("limit.left", { n: left });
    this.#counter.classList.toggle("over", left < 0);
  }

  async #submit() {
    const text = this.#text.value.trim();
    if (!text) {
      return;
    }
    if (this.#left < 0) {
      this.#problem.textContent = say("limit.problem", { n: -this.#left, most: this.#session.limits.text });
    } else if (this.#editing) {
      await this.#saveEdit(text);
    } else if (this.#session.outbox.isFull) {
      this.#problem.textContent = say("outbox.full");
    } else {
      this.#session.write(text);
      this.#set("");
      this.#onWritten();
    }
    this.focus();
  }

  async #saveEdit(text) {
    const message = this.#editing;
    try {
      if (text !== message.text) {
        await this.#session.change("edit", message, { msg: text });
      }
      this.#stopEditing();
    } catch (problem) {
      this.#problem.textContent = say("edit.failed", { problem: problem.message });
    }
  }

  #stopEditing() {
    this.#editing = null;
    this.#bar.hidden = true;
    this.#load();
    this.focus();
  }

  #key(event) {
    if (event.isComposing) {
      return;
    }
    if (this.#offered.length > 0 && this.#keyOfOffers(event)) {
      event.preventDefault();
    } else if (event.key === "Enter" && !event.shiftKey && !matchMedia("(pointer: coarse)").matches) {
      event.preventDefault();
      this.#form.requestSubmit();
    } else if (event.key === "Escape" && this.#editing) {
      event.preventDefault();
      this.#stopEditing();
    } else if (event.key === "ArrowUp" && this.#text.value === "" && this.#session.isFull) {
      const own = this.#session.current.messages.findLast(({ from, deleted }) => from === this.#session.self.id && !deleted);
      if (own) {
        event.preventDefault();
        this.edit(own);
      }
    }
  }

  #keyOfOffers({ key }) {
    const last = this.#offered.length - 1;
    if (key === "ArrowDown" || key === "ArrowUp") {
      this.#chosen = key === "ArrowDown" ? (this.#chosen === last ? 0 : this.#chosen + 1) : this.#chosen === 0 ? last : this.#chosen - 1;
      this.#offer(this.#offered);
    } else if (key === "Enter" || key === "Tab") {
      this.#take(this.#offered[this.#chosen]);
    } else if (key === "Escape") {
      this.#offer([]);
    } else {
      return false;
    }
    return true;
  }

  async #complete() {
    const begun = BEGUN.exec(this.#text.value.slice(0, this.#text.selectionStart));
    if (!begun) {
      this.#offer([]);
      return;
    }
    const prefix = begun[2];
    const isOther = ({ id }) => id !== this.#session.self.id;
    this.#chosen = 0;
    let people = this.#session.people.startingWith(prefix, OFFERED + 1).filter(isOther);
    this.#offer(people.slice(0, OFFERED));
    if (people.length === 0 && prefix && this.#session.isFull && this.#session.isConnected) {
      const before = this.#text.value;
      const { current } = this.#session;
      const question = { prefix, ...(current.isChannel ? { channel: current.name } : {}) };
      ({ people } = await this.#session.connection.ask("board:names", question).catch(() => ({ people: [] })));
      if (this.#text.value === before) {
        this.#offer(people.filter(isOther).slice(0, OFFERED));
      }
    }
  }

  #offer(people) {
    this.#offered = people;
    this.#offers.hidden = people.length === 0;
    this.#offers.replaceChildren(
      ...people.map((person, place) =>
        element("li", {
          role: "option",
          id: `offer-${place}`,
          "aria-selected": String(place === this.#chosen),
          on: {
            pointerdown: (event) => {
              event.preventDefault();
              this.#take(person);
            },
          },
          children: [element("bdi", { text: person.name })],
        }),
      ),
    );
    if (people.length > 0) {
      this.#text.setAttribute("aria-activedescendant", `offer-${this.#chosen}`);
      announce(people[this.#chosen].name);
    } else {
      this.#text.removeAttribute("aria-activedescendant");
    }
  }

  #take({ name }) {
    const caret = this.#text.selectionStart;
    const begun = BEGUN.exec(this.#text.value.slice(0, caret));
    const start = caret - begun[2].length - 1;
    const mention = /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}_.-]*$/u.test(name) ? `@${name} ` : `@"${name}" `;
    this.#text.setRangeText(mention, start, caret, "end");
    this.#offer([]);
    this.#typed();
  }
}
