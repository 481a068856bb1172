import { avatar } from "./avatar.js";
import { button, element } from "./dom.js";
import { formatted } from "./format.js";
import { clock, day, exactly, say } from "./words.js";

/** The element of a row, with the lines before it. `page` is how the page knows and does things. */
export function rowElement(row, page) {
  const { message, isNewDay, isUnread, came } = row;
  const before = [
    ...(isNewDay ? [element("p", { class: "day", text: day(message.at) })] : []),
    ...(isUnread ? [element("p", { class: "unread-line", text: say("unread.line") })] : []),
  ];
  const content = came !== undefined ? [fold(row)] : message.notice ? [element("p", { class: "notice", text: message.notice })] : messageParts(row, page);
  const isOwn = message.from === page.self.id;
  const kind = came !== undefined || message.notice ? "row quiet" : `row line${row.isHead ? " head" : ""}${isOwn ? " own" : ""}`;
  return element("li", { class: kind, data: { key: row.key }, tabindex: "-1", children: [...before, ...content] });
}

function fold({ came, went }) {
  const parts = [came > 0 ? say("came", { n: came }) : "", went > 0 ? say("went", { n: went }) : ""];
  return element("p", { class: "fold", text: parts.filter((part) => part !== "").join(", ") });
}

function messageParts(row, page) {
  const { message, isHead, entry } = row;
  const time = element("time", { datetime: message.at.toISOString(), title: exactly(message.at), text: clock(message.at) });
  const head = isHead ? [avatar(message.from, message.name), nameOf(message, page), " ", time] : [time];
  return [...head, textOf(message, page), ...reactions(message, page), ...(entry ? [unsent(entry, page)] : [])];
}

/** A click on a name opens the conversation with that person. */
function nameOf({ from, name }, page) {
  const shown = element("bdi", { text: name });
  return from !== "" && from !== page.self.id
    ? element("button", { type: "button", class: "name", on: { click: () => page.go(`@${from}`) }, children: [shown] })
    : element("span", { class: "name", children: [shown] });
}

function textOf(message, page) {
  if (message.deleted) {
    return element("div", { class: "text deleted", text: say("message.deleted") });
  }
  const text = element("div", { class: "text", dir: "auto", children: formatted(message.text, page.whoIs) });
  return message.edited ? element("div", { class: "edited-text", children: [text, element("span", { class: "edited", text: say("message.edited") })] }) : text;
}

function reactions(message, page) {
  const given = Object.entries(message.deleted ? {} : message.reactions).filter(([, people]) => people.length > 0);
  if (given.length === 0) {
    return [];
  }
  const buttons = given.map(([emoji, people]) => {
    const isMine = people.includes(page.self.id);
    const names = people.slice(0, 20).map((id) => page.nameOf(id)).join(", ");
    const shown = `${emoji} ${people.length}`;
    return button(shown, () => page.react(message, emoji, !isMine), {
      class: "reaction",
      "aria-pressed": String(isMine),
      title: names,
      "aria-label": say("reaction.by", { shown, names }),
    });
  });
  return [element("div", { class: "reactions", children: buttons })];
}

function unsent({ id, problem }, page) {
  if (problem === null) {
    return element("p", { class: "pending", text: say(page.isConnected() ? "message.sending" : "message.waits") });
  }
  return element("p", {
    class: "problem",
    role: "alert",
    children: [
      `${say("message.failed", { problem })} `,
      button(say("retry"), () => page.retry(id), { class: "plain" }),
      " ",
      button(say("message.takeBack"), () => page.takeBack(id), { class: "plain" }),
    ],
  });
}
