/** Building what is on the page. Text is always set as text, never as HTML. */

/** An element. `on` are its listeners by event; `data` its data attributes; other attributes as they are, `false` and `undefined` left out. */
export function element(tag, { text, children = [], on = {}, data = {}, ...attributes } = {}) {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      created.setAttribute(name, value === true ? "" : value);
    }
  }
  Object.assign(created.dataset, data);
  Object.entries(on).forEach(([event, listener]) => created.addEventListener(event, listener));
  created.append(...(text === undefined ? children : [text]));
  return created;
}

/** A button that submits nothing. */
export function button(text, listener, attributes = {}) {
  return element("button", { type: "button", text, on: { click: listener }, ...attributes });
}

export const find = (selector) => document.querySelector(selector);

/** Runs a task at most once for each frame, however often it is asked for. */
export function eachFrame(task) {
  let isAsked = false;
  return () => {
    if (!isAsked) {
      isAsked = true;
      const run = () => {
        if (isAsked) {
          isAsked = false;
          task();
        }
      };
      requestAnimationFrame(run);
      // A hidden page has no frames, but its title counts what is unread.
      setTimeout(run, 250);
    }
  };
}

/** Says something to screen readers, and to nobody else. */
export function announce(sentence) {
  const spoken = find("#spoken");
  spoken.textContent = "";
  spoken.textContent = sentence;
}
