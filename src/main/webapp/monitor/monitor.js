/** The operators' page: shows the figures that the server sends every two seconds as tiles, charts and a table. */

import { say, speak } from "../board/words.js";
import { Chart } from "./chart.js";
import { Stream } from "./stream.js";

const LANGUAGE = document.documentElement.lang;
speak(LANGUAGE, JSON.parse(document.body.dataset.words));

/** Between two snapshots that are further apart there is no rate to speak of, in ms: the page was hidden, or the server away. */
const LONGEST_TICK = 7_000;

const find = (selector) => document.querySelector(selector);
const numbers = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 1 });
const times = new Intl.DateTimeFormat(LANGUAGE, { timeStyle: "medium" });

/** A rate is not known at first. */
const shownAs = (value) => (typeof value === "number" ? numbers.format(value) : (value ?? "…"));

/** Text is always set as text, never as HTML. */
function element(tag, text = "", attributes = {}) {
  const created = document.createElement(tag);
  created.textContent = text;
  Object.entries(attributes).forEach(([name, value]) => created.setAttribute(name, value));
  return created;
}

/** Half and most of the latest times, in ms; unknown while there are no new ones. */
const latency = (name) => ({ value, isNew }) => (isNew(`${name}_count`) ? ["0.5", "0.99"].map((part) => value(`${name}{quantile="${part}"}`) * 1_000) : [null, null]);

const CHARTS = [
  { title: say("chart.messages"), lines: [say("chart.in"), say("chart.out")], of: ({ rate }) => [rate("herald_messages_in_total"), rate("herald_messages_out_total")] },
  { title: say("chart.acknowledged"), lines: [say("chart.half"), say("chart.most")], isSparse: true, of: latency("herald_ack_latency_seconds") },
  { title: say("chart.delivered"), lines: [say("chart.half"), say("chart.most")], isSparse: true, of: latency("herald_delivery_latency_seconds") },
  { title: say("chart.here"), lines: [say("chart.connections"), say("chart.people")], of: ({ value, connections }) => [connections, value("herald_people")] },
  { title: say("chart.waits"), lines: [say("chart.clients"), say("chart.log")], of: ({ value }) => [value("herald_outbound_queued_bytes") / 1024, value("herald_log_waiting")] },
].map(({ title, lines, isSparse = false, of }) => ({ chart: new Chart(find("#charts"), title, lines, isSparse), of }));

const TILES = [
  [say("tile.connections"), ({ connections }) => connections],
  [say("tile.people"), ({ value }) => value("herald_people")],
  [say("tile.channels"), ({ value }) => value("herald_channels")],
  [say("tile.in"), ({ rate }) => rate("herald_messages_in_total")],
  [say("tile.out"), ({ rate }) => rate("herald_messages_out_total")],
  [say("tile.slow"), ({ value }) => value("herald_slow_readers_total")],
  [say("tile.log"), ({ value }) => (value("herald_log_up") === 1 ? say("tile.log.up") : say("tile.log.down"))],
  [say("tile.nodes"), ({ value }) => value("herald_nodes")],
  [say("tile.bus"), ({ value }) => (value("herald_nodes") === 1 && value("herald_bus_up") === 0 ? say("tile.bus.none") : value("herald_bus_up") === 1 ? say("tile.bus.up") : say("tile.bus.down"))],
];

const LISTS = [
  [say("list.transports"), "herald_connections", "transport"],
  [say("list.recoveries"), "herald_recoveries_total", "outcome"],
  [say("list.refusals"), "herald_refusals_total", "code"],
];

let before = null;

/** A screen reader is told only what has changed. */
function tell(sentence, isProblem) {
  const state = find("#state");
  if (state.textContent !== sentence) {
    state.textContent = sentence;
  }
  state.classList.toggle("problem", isProblem);
}

/** What the page says of its stream; figures that are old are said to be. */
function tellStatus(status, pause) {
  if (status === 200) {
    tell(say("live"), false);
  } else if (status === 0) {
    tell(before ? say("silent", { time: times.format(before.at) }) : say("silent.first"), true);
  } else if (status === 503) {
    tell(say("full", { seconds: String(pause / 1_000) }), true);
  } else {
    tell(status === 401 || status === 403 ? say("forbidden") : say("answers", { status: String(status) }), true);
  }
}

function take({ at, figures, connections, count }) {
  if (before?.at === at) {
    return; // It is the server's latest, which the stream before had brought already.
  }
  const last = before && at > before.at && at - before.at <= LONGEST_TICK ? before : null;
  before = { figures, at };
  const value = (name) => figures[name] ?? 0;
  const more = (name) => (last ? value(name) - (last.figures[name] ?? 0) : 0);
  // A server that was started anew has counted less.
  const rate = (name) => (last && more(name) >= 0 ? (more(name) * 1_000) / (at - last.at) : null);
  show({ value, rate, isNew: (name) => more(name) > 0, connections: count }, figures, connections, at);
}

function show(known, figures, connections, at) {
  find("#now").replaceChildren(
    ...TILES.map(([name, of]) => {
      const tile = element("div");
      tile.append(element("dt", name), element("dd", shownAs(of(known))));
      return tile;
    }),
  );
  CHARTS.forEach(({ chart, of }) => chart.add(at / 1_000, of(known)));
  find("#counts").replaceChildren(...LISTS.map(([title, name, label]) => list(title, name, label, figures)));
  find("#shown").textContent = connections.length < known.connections ? say("first", { shown: connections.length, all: known.connections }) : "";
  showConnections(connections);
}

function list(title, name, label, figures) {
  const table = element("table");
  const body = element("tbody");
  const beginning = `${name}{${label}="`;
  for (const [key, count] of Object.entries(figures).filter(([key]) => key.startsWith(beginning))) {
    const row = element("tr");
    row.append(element("th", key.slice(beginning.length, -2), { scope: "row" }), element("td", numbers.format(count), { class: "number" }));
    body.append(row);
  }
  if (body.children.length === 0) {
    const row = element("tr");
    row.append(element("td", say("list.none")));
    body.append(row);
  }
  table.append(element("caption", title), body);
  return table;
}

/** By the connection's id; rows that are there stay, so that a button is not taken away under the pointer. */
const rows = new Map();

function showConnections(connections) {
  const there = new Set(connections.map(({ id }) => id));
  for (const [id, row] of rows) {
    if (!there.has(id)) {
      row.remove();
      rows.delete(id);
    }
  }
  for (const connection of connections) {
    const row = rows.get(connection.id) ?? newRow(connection.id);
    const [person, id, transport, rooms, waiting] = row.children;
    person.firstChild.textContent = connection.name;
    id.firstChild.textContent = connection.namespace === "/" ? connection.id : say("in", connection);
    transport.textContent = connection.transport;
    const more = connection.roomCount - connection.rooms.length;
    rooms.textContent = more > 0 ? say("more", { rooms: connection.rooms.join(", "), more }) : connection.rooms.join(", ");
    waiting.textContent = `${numbers.format(connection.waiting / 1024)} KiB`;
  }
}

function newRow(id) {
  const row = element("tr", "", { "data-connection": id });
  const person = element("td");
  person.append(element("bdi"));
  const name = element("td");
  name.append(element("code"));
  const action = element("td");
  const button = element("button", say("disconnect"), { type: "button" });
  button.addEventListener("click", () => disconnect(id, button));
  action.append(button);
  row.append(person, name, element("td"), element("td"), element("td", "", { class: "number" }), action);
  rows.set(id, row);
  find("#connections").append(row);
  return row;
}

/** Asks once more in the button itself. */
async function disconnect(id, button) {
  if (!button.classList.contains("sure")) {
    button.classList.add("sure");
    button.textContent = say("disconnect.sure");
    return;
  }
  button.disabled = true;
  try {
    const answer = await fetch("monitor/disconnect", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ id }) });
    button.textContent = answer.ok ? say("disconnect.done") : answer.status === 404 ? say("disconnect.gone") : say("disconnect.refused", { status: String(answer.status) });
  } catch {
    button.textContent = say("disconnect.silent");
    button.disabled = false;
  }
}

new Stream(take, tellStatus).begin();
