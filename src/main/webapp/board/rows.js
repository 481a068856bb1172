/** Which rows a conversation is shown as: messages grouped by sender, day lines, and one folded row for those who came and went. */

/** Messages of one sender within this time are one group, in ms. */
const GROUP = 5 * 60_000;

/** In ms. */
const DAY = 24 * 3_600_000;

/**
 * @param {object[]} messages in the log's order
 * @param {object[]} unsent the outbox's entries
 * @returns {object[]} rows with a `key`, a `signature` that changes with what is shown, the first `message`, and for a fold `came` and `went`
 */
export function rowsOf(messages, unsent, firstUnread, self) {
  const rows = [];
  let before = null;
  for (const message of messages) {
    const isFold = message.moved !== null;
    const isNewDay = before === null || !isSameDay(before.at, message.at);
    const isUnread = message.key === firstUnread;
    const last = rows.at(-1);
    if (isFold && last?.came !== undefined && !isNewDay && !isUnread) {
      count(last, message);
    } else if (isFold) {
      rows.push(count({ key: message.key, message, came: 0, went: 0, isNewDay, isUnread }, message));
    } else {
      const isHead = isNewDay || isUnread || !isGroup(last, before, message);
      rows.push({ key: message.key, message, isHead, isNewDay, isUnread });
    }
    before = message;
  }
  for (const entry of unsent) {
    const message = { key: `unsent-${entry.id}`, from: self.id, name: self.name, at: new Date(entry.at), text: entry.text, reactions: {} };
    rows.push({ key: message.key, message, entry, isHead: !isGroup(rows.at(-1), rows.at(-1)?.message, message), isNewDay: false, isUnread: false });
  }
  return rows;
}

/** What is shown of a row, as far as it can change. */
export function signature({ message, entry, isHead, isNewDay, isUnread, came, went }) {
  return `${isHead}${isNewDay}${isUnread}${came},${went},${entry?.problem},${message.version ?? 0}`;
}

function isGroup(row, before, message) {
  return (
    row !== undefined && row.came === undefined && !before.notice && !message.notice && before.from === message.from && before.name === message.name &&
    message.at - before.at < GROUP
  );
}

function count(row, { moved }) {
  row.came += Math.max(0, moved);
  row.went += Math.max(0, -moved);
  return row;
}

function isSameDay(a, b) {
  return Math.abs(a - b) < DAY && a.getDate() === b.getDate();
}
