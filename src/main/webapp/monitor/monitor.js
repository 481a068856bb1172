/** The operators' page: asks the server every two seconds, and shows its figures as tiles, charts and a table. */

import { say, speak } from "../board/words.js";
import { Chart } from "./chart.js";

const LANGUAGE = document.documentElement.lang;
speak(LANGUAGE, JSON.parse(document.body.dataset.words));

/** How often the figures are asked for, in ms. */
const PERIOD = 2_000;

/** An answer that takes longer is none, in ms. */
const PATIENCE = 10_000;

const find = (selector) => document.querySelector(selector);
const numbers = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 1 });

/** Text is always set as text, never as HTML. */
function element(tag, text = "", attributes = {}) {
  const created = document.createElement(tag);
  created.textContent = text;
  Object.entries(attributes).forEach(([name, value]) => created.setAttribute(name, value));
  return created;
}

const ms = (seconds) => seconds * 1_000;

const CHARTS = [
  { title: say("chart.messages"), lines: [say("chart.in"), say("chart.out")], of: ({ rate }) => [rate("herald_messages_in_total"), rate("herald_messages_out_total")] },
  {
    title: say("chart.acknowledged"),
    lines: [say("chart.half"), say("chart.most")],
    of: ({ value }) => [ms(value('herald_ack_latency_seconds{quantile="0.5"}')), ms(value('herald_ack_latency_seconds{quantile="0.99"}'))],
  },
  {
    title: say("chart.delivered"),
    lines: [say("chart.half"), say("chart.most")],
    of: ({ value }) => [ms(value('herald_delivery_latency_seconds{quantile="0.5"}')), ms(value('herald_delivery_latency_seconds{quantile="0.99"}'))],
  },
  { title: say("chart.here"), lines: [say("chart.connections"), say("chart.people")], of: ({ value, connections }) => [connections, value("herald_people")] },
  { title: say("chart.waits"), lines: [say("chart.clients"), say("chart.log")], of: ({ value }) => [value("herald_outbound_queued_bytes") / 1024, value("herald_log_waiting")] },
].map(({ title, lines, of }) => ({ chart: new Chart(find("#charts"), title, lines), of }));

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

async function ask() {
  const answer = await fetch("monitor/now", { signal: AbortSignal.timeout(PATIENCE), headers: { Accept: "application/json" } });
  if (!answer.ok) {
    throw new Error(answer.status === 403 ? say("forbidden") : say("answers", { status: String(answer.status) }));
  }
  return answer.json();
}

/** A screen reader is told only what has changed. */
function tell(sentence) {
  const state = find("#state");
  if (state.textContent !== sentence) {
    state.textContent = sentence;
  }
}

async function look() {
  const state = find("#state");
  let answer;
  try {
    answer = await ask();
    tell(say("live"));
    state.classList.remove("problem");
  } catch (problem) {
    // What fetch throws when there is no answer is a TypeError.
    const sentence = problem.name === "TimeoutError" || problem instanceof TypeError ? say("silent") : problem.message;
    tell(sentence);
    state.classList.add("problem");
  }
  setTimeout(look, PERIOD);
  if (answer) {
    take(answer);
  }
}

function take({ figures, connections, count }) {
  const at = Date.now();
  const last = before;
  before = { figures, at };
  const value = (name) => figures[name] ?? 0;
  const rate = (name) => (last ? Math.max(0, ((value(name) - (last.figures[name] ?? 0)) * 1_000) / (at - last.at)) : 0);
  show({ value, rate, connections: count }, figures, connections, at);
}

function show(known, figures, connections, at) {
  find("#now").replaceChildren(
    ...TILES.map(([name, of]) => {
      const tile = element("div");
      const shown = of(known);
      tile.append(element("dt", name), element("dd", typeof shown === "number" ? numbers.format(shown) : shown));
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

look();
