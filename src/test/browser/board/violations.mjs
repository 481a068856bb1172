// What axe-core finds on a page.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Each violation of WCAG 2.2 AA and of what is good practice, in a line. */
export async function violations(page) {
  await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => {}))));
  await page.evaluate(AXE);
  return page.evaluate(async (rules) => {
    const result = await window.axe.run(document, { runOnly: rules });
    const told = ({ target, any, all, none }) => `${target.join(" ")} ${[...any, ...all, ...none].map(({ message }) => message).join("; ")}`;
    return result.violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${told(node)}`));
  }, RULES);
}
