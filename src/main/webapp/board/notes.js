import { button, element } from "./dom.js";
import { openDialog } from "./dialogs.js";
import { say } from "./words.js";

/** The longest note, in characters. */
const MOST_TEXT = 2_000;

/** The most notes of a channel. */
const MOST_NOTES = 50;

/** How long typing pauses before the note is changed for all, in ms. */
const PAUSE = 400;

/**
 * The pinned notes of a channel: a shared document (docs/documents.md), `{id: {text, at}}`, in which several people write at once.
 * Two who change different notes are not in each other's way; of two who change the same one, the later one counts.
 */
export async function showNotes(session) {
  const { name } = session.current;
  const { documents } = await import(new URL("herald/documents.min.js", document.baseURI).href);
  const doc = documents(session.connection.socket, { queue: session.self.id }).open(documentOf(name));
  const list = element("ul", { class: "notes" });
  const said = element("p", { class: "hint", role: "status" });
  const add = button(say("notes.add"), () => pin({ text: "", at: new Date().toISOString() }), { class: "plain", disabled: true });
  const dialog = openDialog(say("notes.title", { name }), [said, list, add]);
  const rows = new Map();

  /** The function may run again on a later value: the id is chosen before. */
  const pin = (note, id = newId()) => change((notes) => void (notes[id] = note));
  const change = (edit) => doc.change(edit).catch((problem) => (said.textContent = problem.message));

  /** Draws what is different, so that nobody's cursor is moved. */
  const draw = () => {
    const notes = Object.entries(doc.value ?? {}).sort(([, a], [, b]) => (a.at < b.at ? -1 : 1));
    for (const [id, row] of rows) {
      if (!notes.some(([one]) => one === id)) {
        row.item.remove();
        rows.delete(id);
      }
    }
    for (const [id, { text }] of notes) {
      if (!rows.has(id)) {
        rows.set(id, noteRow(id));
      }
      const row = rows.get(id);
      list.append(...(row.item.isConnected ? [] : [row.item]));
      row.show(text);
    }
    add.disabled = doc.value === undefined || notes.length >= MOST_NOTES;
    said.textContent = doc.value !== undefined && notes.length === 0 ? say("notes.none") : "";
  };

  function noteRow(id) {
    const field = element("textarea", { rows: 2, maxlength: MOST_TEXT, "aria-label": say("notes.note"), dir: "auto" });
    const who = element("small", { role: "status" });
    const remove = button(say("notes.remove"), () => change((notes) => void delete notes[id]), { class: "plain" });
    let timer = null;
    const write = () => {
      clearTimeout(timer);
      timer = null;
      if (field.value !== doc.value[id]?.text) {
        change((notes) => void (notes[id] && (notes[id].text = field.value)));
      }
    };
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(write, PAUSE);
    });
    field.addEventListener("focus", () => doc.present({ note: id }));
    field.addEventListener("blur", () => (write(), doc.present(null)));
    return {
      item: element("li", { children: [field, who, remove] }),
      show: (text) => timer === null && field.value !== text && (field.value = text),
      tell: (names) => (who.textContent = names.length === 0 ? "" : say("notes.editing", { names: names.join(", ") })),
    };
  }

  const drawPeople = () => {
    for (const [id, row] of rows) {
      row.tell(doc.people.filter((one) => one.id !== session.self.id && one.state?.note === id).map((one) => one.name));
    }
  };

  doc.on("change", () => (draw(), drawPeople()));
  doc.on("presence", drawPeople);
  doc.on("refused", (problem) => (said.textContent = problem.message));
  dialog.addEventListener("close", () => doc.close());
  doc.ready.then(draw, (problem) => (said.textContent = problem.message));
}

/** The document with the notes of a channel. */
export function documentOf(channel) {
  return `board:${channel}`;
}

function newId() {
  return `n${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
}
