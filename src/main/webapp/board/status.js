import { find } from "./dom.js";
import { clock, say } from "./words.js";

/** What was caught up is shown for so long, in ms. */
const SHOWN = 15_000;

/** The connection in words. Screen readers are told only of changes that matter, not of every second. */
export class Status {
  #session;
  #caughtUp = null;
  #caughtUpAt = 0;

  constructor(session) {
    this.#session = session;
    find("#retry").addEventListener("click", () => session.connection.retry());
    setInterval(() => this.draw(), 1000);
  }

  draw() {
    const { state } = this.#session.connection;
    const { result } = this.#session.catchUp;
    if (result !== this.#caughtUp) {
      this.#caughtUp = result;
      this.#caughtUpAt = Date.now();
    }
    find("#state").dataset.state = state.name;
    set("#state-shown", inWords(state));
    set("#state-spoken", say(`state.${state.name}`));
    set("#state-more", this.#more(state));
    // To connect is no trouble yet, and a line that comes and goes would move all below it.
    const trouble = `${state.name === "connected" || state.name === "connecting" ? "" : inWords(state)} ${this.#more(state)}`.trim();
    find("#trouble").hidden = trouble === "";
    set("#trouble", trouble);
    find("#state-more").classList.toggle("problem", this.#isMissing(state));
    find("#retry").hidden = state.name === "connected" || state.name === "connecting";
  }

  #isMissing({ name }) {
    return name === "connected" && (this.#caughtUp?.missing.length ?? 0) > 0;
  }

  #more(state) {
    const waiting = this.#session.outbox.waiting;
    if (state.name !== "connected") {
      return waiting > 0 ? say("outbox.waiting", { n: waiting }) : "";
    }
    if (this.#caughtUp === null) {
      return "";
    }
    const { count, missing } = this.#caughtUp;
    if (missing.length > 0) {
      const which = missing.map(({ channel, reason }) => say(reason === "epoch" ? "missing.epoch" : reason === "late" ? "missing.late" : "missing.away", { channel })).join(" ");
      return say("caughtUp.missing", { n: count, which });
    }
    return Date.now() - this.#caughtUpAt < SHOWN ? say("caughtUp", { n: count }) : "";
  }
}

function inWords({ name, since, transport, reason }) {
  const seconds = Math.max(0, Math.round((Date.now() - since) / 1000));
  switch (name) {
    case "connected":
      return say(`connected.${transport === "websocket" ? "websocket" : "polling"}`);
    case "waiting":
    case "unreached":
      return say(`${name}.since`, { n: seconds, time: clock(since) });
    case "ended":
      return say("ended.reason", { reason });
    default:
      return say("state.connecting");
  }
}

function set(selector, text) {
  const shown = find(selector);
  if (shown.textContent !== text) {
    shown.textContent = text;
  }
}
