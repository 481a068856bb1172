import { button, element, find } from "./dom.js";
import { addressOf } from "./router.js";
import { say } from "./words.js";

/** How long typing pauses before the server is asked, in ms. */
const PAUSE = 250;

/** The most entries of a list to choose from. */
const MOST = 12;

/** A dialog with a title and a button to close it; Escape closes it, too. */
export function openDialog(title, children) {
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
  openDialog(say("help.title"), [element("dl", { class: "keys", children: rows })]);
}

/**
 * A field, and a list below it that is filled as one types; Enter takes the first.
 *
 * @param list gives the elements for what was typed, or `{rows, hint, more}`, or a promise of them; `more()` promises the same of what
 *     follows, and is null at the end
 * @param options.controls elements between the field and the list; a change there fills it again
 * @param options.moreLabel of the button for what follows
 */
export function openChoice(title, label, list, { controls = [], moreLabel = "" } = {}) {
  const field = element("input", { type: "search", "aria-label": label, placeholder: label, autocomplete: "off", autofocus: true });
  const results = element("ul", { class: "choice" });
  const said = element("p", { class: "hint", role: "status" });
  const following = button(moreLabel, () => show(next, true), { class: "plain following", hidden: true });
  const dialog = openDialog(title, [field, ...controls, said, results, following]);
  let asked = 0;
  let next = null;
  const show = async (ask, isFollowing) => {
    const mine = ++asked;
    following.disabled = true;
    try {
      const found = await ask();
      if (mine === asked) {
        const { rows = found, hint = "", more = null } = found;
        const items = rows.map((child) => element("li", { children: [child] }));
        results.replaceChildren(...(isFollowing ? results.children : []), ...items);
        said.textContent = [results.children.length === 0 && field.value.trim() ? say("nothing") : "", hint].filter(Boolean).join(". ");
        next = more;
        const hadFocus = document.activeElement === following;
        following.hidden = more === null;
        if (isFollowing && hadFocus) {
          items[0]?.querySelector("a, button")?.focus({ preventScroll: true });
        }
      }
    } catch (problem) {
      said.textContent = problem.message;
    }
    following.disabled = mine !== asked;
  };
  const refresh = () => show(() => list(field.value.trim(), dialog), false);
  controls.forEach((one) => one.addEventListener("change", refresh));
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
    const page = async (after) => {
      const { channels, more } = await session.connection.ask("board:browse", { ...(query && { query }), ...(after && { after }) });
      const rows = channels.map((channel) => channelChoice(session, go, channel, dialog));
      const isNew = !after && /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u.test(query) && !channels.some(({ name }) => name === query);
      const made = isNew ? [button(say("channels.make", { name: query }), () => make(session, go, query, dialog))] : [];
      return { rows: [...rows, ...made], more: more ? () => page(channels.at(-1).name) : null };
    };
    return page();
  }, { moreLabel: say("channels.more") });
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

/** Changes the topic of a channel, for all who are in it. */
export function showTopic(session) {
  const { current } = session;
  const field = element("input", { type: "text", "aria-label": say("topic.label"), value: current.topic, maxlength: "250", autocomplete: "off", autofocus: true });
  const said = element("p", { class: "hint", role: "status" });
  const form = element("form", {
    class: "one-field",
    on: {
      submit: (event) => {
        event.preventDefault();
        session.topic(current, field.value.trim()).then(() => dialog.close(), (problem) => tellIn(dialog, problem));
      },
    },
    children: [field, element("button", { text: say("topic.save") })],
  });
  const dialog = openDialog(say("topic.title", { name: current.name }), [form, said]);
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
