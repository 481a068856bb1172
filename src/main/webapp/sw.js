/**
 * The board's service worker: it shows notifications, those that a page of the board asks for and those that come by Web Push while no
 * page is open. It keeps no files and answers no requests.
 */

/** A notification so soon after another one of the same conversation takes its place without a sound, in ms. */
const SAME = 5_000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => event.waitUntil(show(noticeOf(event.data))));

self.addEventListener("message", (event) => {
  if (event.data?.show) {
    event.waitUntil(show(event.data.show));
  } else if (event.data?.read) {
    event.waitUntil(close(event.data.read));
  }
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.conversation));
});

/** What was pushed: `{conversation, title, body, at}`. Browsers want something shown whatever came. */
function noticeOf(data) {
  try {
    return data.json();
  } catch {
    return { conversation: "#news", title: "Herald", body: "", at: Date.now() };
  }
}

async function show({ conversation, title, body, at }) {
  const shown = await self.registration.getNotifications({ tag: conversation });
  const isSame = shown.some(({ data }) => at - data.at < SAME);
  await self.registration.showNotification(title, { body, tag: conversation, renotify: !isSame, timestamp: at, data: { conversation, at } });
}

/** What was read needs no notification any more. */
async function close(conversation) {
  const shown = await self.registration.getNotifications({ tag: conversation });
  shown.forEach((notification) => notification.close());
}

/** Brings a page of the board to the front, or opens one, and has it show the conversation. */
async function open(conversation) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find(({ focused }) => focused) ?? pages.find(({ visibilityState }) => visibilityState === "visible") ?? pages[0];
  if (page) {
    page.postMessage({ show: conversation });
    await page.focus();
    return;
  }
  const query = new URLSearchParams({ [conversation.startsWith("#") ? "channel" : "with"]: conversation.slice(1) });
  await self.clients.openWindow(new URL(`./?${query}`, self.registration.scope).href);
}
