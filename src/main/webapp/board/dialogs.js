import { button, element, find } from "./dom.js";
import { addressOf } from "./router.js";
import { say } from "./words.js";

/** How long typing pauses before the server is asked, in ms. */
const PAUSE = 250;

/** The most entries of a list to choose from. */
const MOST = 12;

/** A dialog with a title and a button to close it; Escape closes it, too. */
function open(title, children) {
  const dialog = element("dialog", { "aria-label": title });
  const close = button(say("close"), () => dialog.close(), { class: "plain close" });
  dialog.append(element("header", { children: [element("h2", { text: title }), close] }), ...children);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** The keyboard's shortcuts. */
export function showHelp() {
  const keys = ["?", "/", "Ctrl-K", "Alt-↑ Alt-↓", "Enter", "Shift-Enter", "↑", "Esc"];
  const rows = keys.flatMap((key) => [element("dt", { children: [element("kbd", { text: key })] }), element("dd", { text: say(`key.${key}`) })]);
  open(say("help.title"), [element("dl", { class: "keys", children: rows })]);
}

/**
 * A field, and a list below it that is filled as one types; Enter takes the first.
 *
 * @param list gives the elements for what was typed, or `{rows, hint}`, or a promise of them
 * @param more elements between the field and the list; a change there fills it again
 */
export function openChoice(title, label, list, more = []) {
  const field = element("input", { type: "search", "aria-label": label, placeholder: label, autocomplete: "off", autofocus: true });
  const results = element("ul", { class: "choice" });
  const said = element("p", { class: "hint", role: "status" });
  const dialog = open(title, [field, ...more, said, results]);
  let asked = 0;
  const refresh = async () => {
    const mine = ++asked;
    try {
      const found = await list(field.value.trim(), dialog);
      if (mine === asked) {
        const { rows = found, hint = "" } = found;
        results.replaceChildren(...rows.map((child) => element("li", { children: [child] })));
        said.textContent = [rows.length === 0 && field.value.trim() ? say("nothing") : "", hint].filter(Boolean).join(". ");
      }
    } catch (problem) {
      said.textContent = problem.message;
    }
  };
  more.forEach((one) => one.addEventListener("change", refresh));
  let timer;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, PAUSE);
  });
  field.addEventListener("keydown", async (event) => {
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      clearTimeout(timer);
      await refresh();
      results.querySelector("a, button")?.click();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      results.querySelector("a, button")?.focus();
    }
  });
  refresh();
  return dialog;
}

/** Jumps to a channel or a person. */
export function showJump(session, go) {
  openChoice(say("jump.title"), say("jump.label"), (query, dialog) => {
    const conversations = [...session.conversations.values()].map(({ id, isChannel, name }) => ({ id, title: `${isChannel ? "#" : ""}${session.title({ isChannel, name })}` }));
    const people = session.people.startingWith(query, 50).map(({ id, name }) => ({ id: `@${id}`, title: name }));
    const wanted = query.toLowerCase();
    const places = new Map([...people, ...conversations].map((place) => [place.id, place]));
    return [...places.values()]
      .filter(({ id, title }) => id !== `@${session.self.id}` && title.toLowerCase().includes(wanted))
      .slice(0, MOST)
      .map(({ id, title }) => button(title, () => (dialog.close(), go(id))));
  });
}

/** Channels to enter, and a new one to make. */
export function showChannels(session, go) {
  const dialog = openChoice(say("channels.title"), say("channels.label"), async (query) => {
    const { channels } = await session.connection.ask("board:browse", query ? { query } : {});
    const rows = channels.map((channel) => channelChoice(session, go, channel, dialog));
    const isNew = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u.test(query) && !channels.some(({ name }) => name === query);
    return isNew ? [...rows, button(say("channels.make", { name: query }), () => make(session, go, query, dialog))] : rows;
  });
}

function channelChoice(session, go, { name, topic, people, member }, dialog) {
  const choose = async () => {
    await (member ? Promise.resolve() : session.enter(name));
    dialog.close();
    go(`#${name}`);
  };
  return element("button", {
    type: "button",
    on: { click: () => choose().catch((problem) => tellIn(dialog, problem)) },
    children: [`# ${name} `, element("small", { text: [topic, say("people.n", { n: people ?? 0 })].filter(Boolean).join(" · ") })],
  });
}

async function make(session, go, name, dialog) {
  try {
    await session.make(name);
    dialog.close();
    go(`#${name}`);
  } catch (problem) {
    tellIn(dialog, problem);
  }
}

function tellIn(dialog, problem) {
  dialog.querySelector("[role=status]").textContent = problem.message;
}

const EMOJI = ["👍", "❤️", "😂", "🎉", "👀", "✅"];

/** The buttons of a message; null when there is nothing to do with it. */
export function messageActions(session, composer, react, message) {
  if (message.notice || message.deleted || message.offset === undefined) {
    return null;
  }
  const isOwn = message.from === session.self.id;
  const link = new URL(addressOf(session.currentId, message.offset), document.baseURI).href;
  const copy = async (event) => {
    const pressed = event.currentTarget;
    await navigator.clipboard?.writeText(link).then(
      () => (pressed.textContent = say("link.copied")),
      () => history.replaceState(null, "", link),
    );
  };
  const board = session.isFull
    ? [
        ...EMOJI.map((emoji) => button(emoji, () => react(message, emoji, !message.reactions[emoji]?.includes(session.self.id)), { "aria-label": say("react", { emoji }) })),
        ...(isOwn ? [button(say("edit"), () => composer.edit(message)), button(say("delete"), (event) => remove(session, message, event.currentTarget))] : []),
      ]
    : [];
  return element("div", {
    class: "actions",
    role: "group",
    "aria-label": say("actions"),
    children: [...board, button(say("quote"), () => composer.quote(message)), button(say("link"), copy)],
  });
}

/** Asks once more in the button itself, as what is deleted does not come back. */
function remove(session, message, pressed) {
  if (pressed.dataset.sure) {
    session.change("delete", message).catch((problem) => find("#composer .problem").replaceChildren(problem.message));
  } else {
    pressed.dataset.sure = "yes";
    pressed.textContent = say("delete.sure");
  }
}
