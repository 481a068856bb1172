/** The page's words, in the language that the server chose by the browser's; from the bundle `words.properties`. */

let words = {};
let language = "en";
let plurals = new Intl.PluralRules("en");

/** Takes the words, by key. Called once, before anything is shown. */
export function speak(newLanguage, newWords) {
  language = newLanguage;
  words = newWords;
  plurals = new Intl.PluralRules(language);
}

/**
 * The words for a key, with `{name}` replaced by what is given. Where there are `key.one` and `key.other`, and maybe `key.zero`, the number
 * `n` chooses.
 */
export function say(key, given = {}) {
  const form = given.n === undefined ? undefined : ((given.n === 0 ? words[`${key}.zero`] : undefined) ?? words[`${key}.${plurals.select(given.n)}`]);
  const sentence = form ?? words[`${key}.other`] ?? words[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (hole, name) => {
    const value = given[name];
    return value === undefined ? hole : typeof value === "number" ? value.toLocaleString(language) : value;
  });
}

const formats = new Map();

function format(name, options) {
  const key = `${language} ${name}`;
  if (!formats.has(key)) {
    formats.set(key, new Intl.DateTimeFormat(language, options));
  }
  return formats.get(key);
}

/** The time of day, local and short. */
export function clock(date) {
  return format("clock", { timeStyle: "short" }).format(date);
}

/** Day and time to the second. */
export function exactly(date) {
  return format("exactly", { dateStyle: "full", timeStyle: "medium" }).format(date);
}

/** The day in words: today, yesterday, or its date. */
export function day(date) {
  const midnight = new Date();
  midnight.setHours(0, 0, 0, 0);
  const daysAgo = Math.ceil((midnight - date) / 86_400_000);
  if (daysAgo <= 0) {
    return say("day.today");
  }
  return daysAgo === 1 ? say("day.yesterday") : format("day", { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(date);
}
