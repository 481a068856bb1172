import { find } from "./dom.js";
import { say } from "./words.js";

/** The name that was chosen last in this browser: tells the other tabs. */
const KEPT = "name";

/** The form in which a guest chooses a name. It is sent without loading the page again; without this script, the browser sends it. */
export function takeNames(session, keep, onRenamed) {
  const form = find("#rename");
  const take = (name) => {
    session.self = { ...session.self, name };
    session.people.meet(session.self.id, name);
    find("#you .name").textContent = name;
    session.connection.renew();
    onRenamed();
  };
  keep.onOther((key) => key === KEPT && form && typeof keep.get(KEPT) === "string" && take(keep.get(KEPT)));
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = find("#name-problem");
    problem.textContent = "";
    try {
      const name = await rename(form, session);
      keep.set(KEPT, name);
      take(name);
      form.closest("details").open = false;
    } catch (failure) {
      problem.textContent = failure.message;
    }
  });
}

/** Gives the new name, or throws what is wrong with it. */
async function rename(form, session) {
  const data = new FormData(form);
  const wanted = form.querySelector("input[type=text]").value;
  if (session.isFull && session.isConnected) {
    // Checked against the names of who is there, and claimed; the form below keeps it in the browser.
    await session.connection.ask("board:rename", { name: wanted });
  }
  const button = form.querySelector("[type=submit]");
  data.set(button.name, button.value);
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(data) });
  } catch {
    throw new Error(say("name.offline"));
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const problem = page.querySelector("#name-problem")?.textContent.trim();
  if (!answer.ok || problem) {
    throw new Error(problem || say("name.failed"));
  }
  return page.querySelector("#you .name").textContent;
}
