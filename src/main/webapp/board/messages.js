/** What the channels carry, as messages of conversations. A conversation's id is `#channel` or `@person`; Herald itself is `@`. */

/** How the application itself is shown. */
export const APPLICATION_NAME = "Herald";

/** The id of the conversation with the application, whose messages have no sender. */
export const APPLICATION = "@";

/** What the board itself says of people in the news, as the tutorials' pages want it. */
const COMING = /^(?:One more person is|(\d+) more people are) online$/;
const GOING = /^(?:Someone|(\d+) people) went home$/;

/**
 * A message as the page shows it; null for what is not shown. `conversation` is where; `change` what it does to an earlier one (`edit`,
 * `delete`, `react`). Messages to this connection alone have no `offset`.
 */
export function messageOf({ event, channel, offset, epoch, from = "", name, to, at, data, id, edited, deleted, reactions }) {
  const conversation = conversationOf(event, channel, from, to, data);
  if (conversation === null) {
    return null;
  }
  return {
    key: offset === undefined ? `only-here-${at ?? ""}-${++countOfUnkept}` : `${epoch}:${offset}`,
    conversation,
    epoch,
    offset,
    from,
    name: from ? (name ?? from) : APPLICATION_NAME,
    at: at ? new Date(at) : new Date(),
    text: textOf(data),
    moved: from ? null : movedBy(data),
    change: CHANGES.has(event) ? { event, ...data } : null,
    id,
    edited: edited !== undefined && edited !== false,
    deleted: deleted === true,
    reactions: reactions ?? {},
  };
}

let countOfUnkept = 0;

const CHANGES = new Set(["edit", "delete", "react"]);

function conversationOf(event, channel, from, to, data) {
  const isOwnLog = channel === undefined || channel === "private" || channel.startsWith("user:");
  if (event === "sent" && isOwnLog) {
    return `@${to}`;
  }
  if (event === "private" && isOwnLog) {
    return `@${from}`;
  }
  if (CHANGES.has(event) && channel !== undefined) {
    // Only the server says what was changed; what a client publishes has its sender.
    return from !== "" ? null : isOwnLog ? `@${data?.with}` : `#${channel}`;
  }
  if (event === "news" && (channel === "news" || channel === undefined)) {
    return "#news";
  }
  return event === "message" && channel !== undefined && !isOwnLog ? `#${channel}` : null;
}

/** `msg`, and `count` in brackets, if the data is of that shape; else the data as it is, as JSON: clients may send anything. */
export function textOf(data) {
  if (typeof data?.msg !== "string") {
    return JSON.stringify(data ?? null);
  }
  return typeof data.count === "number" ? `${data.msg} (${data.count})` : data.msg;
}

/** How many came (positive) or went (negative), if that is what the message says; else null. */
function movedBy(data) {
  const said = typeof data?.msg === "string" ? data.msg.replace(/ \(\d+\)$/, "") : "";
  const coming = COMING.exec(said);
  const going = GOING.exec(said);
  return coming ? Number(coming[1] ?? 1) : going ? -Number(going[1] ?? 1) : null;
}

/** Whether `a` comes before `b`: by the log's order, and by time between logs that began anew. */
export function isBefore(a, b) {
  return a.epoch === b.epoch && a.offset !== undefined && b.offset !== undefined ? a.offset < b.offset : a.at < b.at;
}

/** Whether the message says somebody's name after an @; case does not count. */
export function mentions(text, name) {
  const lower = text.toLowerCase();
  const wanted = name.toLowerCase();
  if (lower.includes(`@"${wanted}"`)) {
    return true;
  }
  const place = lower.indexOf(`@${wanted}`);
  return place >= 0 && !/[\p{L}\p{N}_]/u.test(lower.charAt(place + 1 + wanted.length));
}

/** A message of a page of the board's history or search, which has all changes in it. */
export function messageOfPage(conversation, { msg, data, from, event: _, ...rest }) {
  return { ...messageOf({ ...rest, from: from ?? "", event: "news", channel: "news", data: data ?? { msg } }), conversation };
}
