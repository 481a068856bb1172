/** The board's service worker, which shows notifications. */

/** Whether this browser has notifications for this page: only by HTTPS, or on this machine. */
export const isPossible = "serviceWorker" in navigator && "Notification" in window;

/** Whether the reader has allowed notifications. */
export function mayNotify() {
  return isPossible && Notification.permission === "granted";
}

/** The worker's registration, when it works; registers it if need be. */
export async function worker() {
  await navigator.serviceWorker.register(new URL("sw.js", document.baseURI));
  return navigator.serviceWorker.ready;
}

/** Tells the worker something, if there is one. */
export async function post(message) {
  const registration = await navigator.serviceWorker.getRegistration();
  registration?.active?.postMessage(message);
}
