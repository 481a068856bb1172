/** How a message of the feed is shown: the same in the script as in the server's first page. */

/** How the application itself is shown. */
export const APPLICATION_NAME = "Herald";

/**
 * A message as one line. `partnerId` is whom the reader shares a private message with: its sender, or its recipient if the
 * reader wrote it; empty for the application. `position` is undefined for what is in no log.
 */
export function lineOf({ event, from = "", name, to, at, data, epoch, offset }) {
  return {
    senderId: from,
    senderName: from ? (name ?? from) : APPLICATION_NAME,
    partnerId: event === "sent" ? to : from,
    text: textOf(data),
    at,
    position: offset === undefined ? undefined : { epoch, offset },
  };
}

/** `msg`, and `count` in brackets, if the data is of that shape; else the data as it is, as JSON: clients may send anything. */
export function textOf(data) {
  if (typeof data?.msg !== "string") {
    return JSON.stringify(data ?? null);
  }
  return typeof data.count === "number" ? `${data.msg} (${data.count})` : data.msg;
}

/** The messages that are news, of the channel or to this connection alone. */
export function isNews({ event, channel }) {
  return event === "news" && (channel === "news" || channel === undefined);
}

/** The messages of a private conversation, others' and one's own. */
export function isPrivate({ event, channel }) {
  return (event === "private" || event === "sent") && (channel === "private" || channel === undefined);
}

const CHANGES_OF_PEOPLE = new Set(["people", "changed", "online", "offline"]);

/** What the application itself says about the people online. Clients can write to the channel as well, but then `from` is there. */
export function isOfPeople({ event, channel, from }) {
  if (from !== undefined) {
    return false;
  }
  return channel === undefined ? event === "people" : channel === "people" && CHANGES_OF_PEOPLE.has(event);
}

/** The connection's state in words. `secondsLeft` is given while waiting. */
export function stateInWords({ name, attempt, code, reason }, secondsLeft) {
  switch (name) {
    case "connected":
      return "Connected";
    case "connecting":
      return "Connecting…";
    case "waiting":
      return `Offline, next try in ${secondsLeft} s` + (attempt > 4 ? " (the server is away, or refuses this page)" : "");
    case "failed":
      return `Disconnected: the server refuses this page (${code}${reason ? `, ${reason}` : ""}). Reload it to try again.`;
    default:
      return "Not connected";
  }
}

/** Why messages may be missing, in a sentence. */
export function gapInWords(reason) {
  return reason === "epoch"
    ? "The server began anew here: earlier messages may be missing."
    : "Messages may be missing here: this page was away for too long.";
}
