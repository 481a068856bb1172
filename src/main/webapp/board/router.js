/** The address of the page says which conversation is shown, so that it can be shared and the browser's back and forward work. */

/** The address of a conversation, relative to the page; the news have none of their own. */
export function addressOf(id, message = null) {
  const query = new URLSearchParams();
  if (id !== "#news") {
    query.set(id.startsWith("#") ? "channel" : "with", id.slice(1));
  }
  if (message !== null) {
    query.set("message", message);
  }
  return query.size > 0 ? `./?${query}` : "./";
}

/** The conversation of an address, and the offset of a message in it, or null. */
export function placeOf(address) {
  const { searchParams } = new URL(address);
  const channel = searchParams.get("channel");
  const person = searchParams.get("with");
  const message = Number(searchParams.get("message"));
  const id = person !== null ? `@${person}` : channel ? `#${channel}` : "#news";
  return { id, message: Number.isInteger(message) && message > 0 ? message : null };
}

/** Calls back for each click on a link to a conversation, and when the reader goes back or forward. */
export function follow(go) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-conversation]");
    if (link && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      go(link.dataset.conversation);
    }
  });
  window.addEventListener("popstate", () => {
    const { id, message } = placeOf(location.href);
    go(id, { isBack: true, message });
  });
}
