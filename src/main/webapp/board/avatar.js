import { element } from "./dom.js";

const COLOURS = 12;

/** A person's initials on a colour of their own. */
export function avatar(id, name) {
  const words = name.split(/[\s._-]+/).filter((word) => word !== "");
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => firstLetter(word ?? ""));
  let sum = 0;
  for (const letter of id) {
    sum = (sum * 31 + letter.codePointAt(0)) % 9_973;
  }
  return element("span", { class: `avatar colour-${id === "" ? "own" : sum % COLOURS}`, "aria-hidden": "true", text: letters.join("") });
}

/** The first letter as a reader sees it, which may be several characters. */
function firstLetter(word) {
  if (typeof Intl.Segmenter === "function") {
    return [...new Intl.Segmenter().segment(word.slice(0, 20))][0]?.segment.toUpperCase() ?? "";
  }
  return [...word][0]?.toUpperCase() ?? "";
}
