import { openChoice } from "./dialogs.js";
import { element } from "./dom.js";
import { exactly, say } from "./words.js";

/** Searches messages, in the conversation that is shown or in all that one is in; the server says how far it looked. */
export function showSearch(session, go) {
  const { current } = session;
  const onlyHere = element("input", { type: "checkbox" });
  const scope = element("label", { class: "scope", children: [onlyHere, say("search.here", { name: session.title(current) })] });
  const list = async (text, dialog) => {
    if (text === "") {
      return [];
    }
    const question = onlyHere.checked ? { text, ...current.address } : { text };
    let lookedAt = 0;
    const page = async (before) => {
      const { hits, looked, more, next } = await session.connection.ask("board:search", before === undefined ? question : { ...question, before });
      lookedAt += looked;
      const rows = hits.map((hit) => row(session, hit, () => (dialog.close(), go(conversationOf(hit), { message: hit.offset }))));
      // All conversations together have no place from which to go on.
      return { rows, hint: more ? say("search.looked", { n: lookedAt }) : "", more: more && onlyHere.checked ? () => page(next) : null };
    };
    return page();
  };
  openChoice(say("search.title"), say("search.label"), list, { controls: [scope], moreLabel: say("search.older") });
}

function conversationOf(hit) {
  return hit.with === undefined ? `#${hit.channel}` : `@${hit.with}`;
}

function row(session, hit, choose) {
  const place = hit.with === undefined ? `# ${hit.channel}` : session.people.nameOf(hit.with);
  const who = element("small", { text: [place, hit.name, exactly(new Date(hit.at))].filter(Boolean).join(" · ") });
  return element("button", { type: "button", class: "hit", on: { click: choose }, children: [who, element("span", { dir: "auto", children: marked(hit) })] });
}

/** The snippet, with what was found marked. */
export function parts({ snippet, marks }) {
  const found = [];
  let end = 0;
  for (const [from, to] of marks) {
    found.push({ text: snippet.slice(end, from), isMarked: false }, { text: snippet.slice(from, to), isMarked: true });
    end = to;
  }
  found.push({ text: snippet.slice(end), isMarked: false });
  return found.filter(({ text }) => text !== "");
}

function marked(hit) {
  return parts(hit).map(({ text, isMarked }) => (isMarked ? element("mark", { text }) : text));
}
