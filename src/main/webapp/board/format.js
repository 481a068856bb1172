import { element } from "./dom.js";

/**
 * A message's text as elements: links, `code`, fenced code, quotes and mentions; everything else is text. Nothing of it is ever read as
 * HTML. The cost is linear in the length of the text.
 */

const FENCE = /```[^\S\n]*\w{0,20}\n?([\s\S]*?)```/g;
const INLINE =
  /`([^`\n]{1,2000})`|\b(https?:\/\/[^\s<>"'`]{1,2000}|mailto:[^\s<>"'`]{3,300})|(@"[^"\n]{1,64}"|@[\p{L}\p{N}_][\p{L}\p{N}\p{M}_.-]{0,63})/giu;

/** What ends a sentence rather than an address. */
const NOT_OF_LINK = /[.,;:!?'"…]+$/u;

/** @param {(name: string) => "self" | "known" | null} whoIs whom a mention names */
export function formatted(text, whoIs) {
  const parts = [];
  let end = 0;
  for (const fence of text.matchAll(FENCE)) {
    parts.push(...lines(text.slice(end, fence.index).replace(/\n$/, ""), whoIs));
    parts.push(element("pre", { children: [element("code", { text: fence[1].replace(/\n$/, "") })] }));
    end = fence.index + fence[0].length;
  }
  parts.push(...lines(end === 0 ? text : text.slice(end).replace(/^\n/, ""), whoIs));
  return parts;
}

/** Lines that begin with > are quotes. */
function lines(text, whoIs) {
  if (!text.startsWith(">") && !text.includes("\n>")) {
    return inline(text, whoIs);
  }
  const blocks = [];
  for (const line of text.split("\n")) {
    const isQuote = line.startsWith(">");
    const content = isQuote ? line.slice(1).replace(/^ /, "") : line;
    const last = blocks.at(-1);
    if (last && last.isQuote === isQuote) {
      last.text += `\n${content}`;
    } else {
      blocks.push({ isQuote, text: content });
    }
  }
  return blocks.flatMap(({ isQuote, text: content }) =>
    isQuote ? [element("blockquote", { children: inline(content, whoIs) })] : inline(content, whoIs),
  );
}

function inline(text, whoIs) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(INLINE)) {
    const [whole, code, link, mention] = found;
    const before = text.charAt(found.index - 1);
    let length = whole.length;
    let part = null;
    if (code !== undefined) {
      part = element("code", { text: code });
    } else if (link !== undefined) {
      const address = trimmed(link);
      length = address.length;
      part = linkTo(address);
    } else if (mention !== undefined && !/[\p{L}\p{N}]/u.test(before)) {
      const name = mention.startsWith('@"') ? mention.slice(2, -1) : mention.slice(1);
      const who = whoIs(name);
      part = who ? element("span", { class: who === "self" ? "mention self" : "mention", text: mention }) : null;
    }
    if (part) {
      parts.push(text.slice(end, found.index), part);
      end = found.index + length;
    }
  }
  parts.push(text.slice(end));
  return parts.filter((part) => part !== "");
}

/** Without what ends the sentence, and without a closing bracket that the link did not open. */
function trimmed(link) {
  let address = link.replace(NOT_OF_LINK, "");
  while (address.endsWith(")") && address.split(")").length > address.split("(").length) {
    address = address.slice(0, -1).replace(NOT_OF_LINK, "");
  }
  return address;
}

/** Only addresses that the browser reads as what they look like. */
function linkTo(address) {
  try {
    const { protocol } = new URL(address);
    if (["http:", "https:", "mailto:"].includes(protocol)) {
      return element("a", { href: address, rel: "noopener noreferrer nofollow", target: "_blank", text: address });
    }
  } catch {
    // Not an address: it stays text.
  }
  return null;
}
