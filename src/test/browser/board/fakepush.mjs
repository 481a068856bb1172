// A browser that takes pushes without a push service, which would be one on the internet.
import { createECDH, randomBytes } from "node:crypto";

/** To be run in a page before its own scripts: the browser allows notifications when it is asked to. One without a screen has none, and says so whoever asks. */
export function allowNotifications() {
  Object.defineProperty(Notification, "permission", { get: () => localStorage.getItem("fake-permission") ?? "default" });
  Notification.requestPermission = async () => {
    localStorage.setItem("fake-permission", "granted");
    return "granted";
  };
}

/** Likewise: the browser subscribes to this address. */
export function fakePush(endpoint) {
  return { content: `(${subscribeTo})(${JSON.stringify(subscription(endpoint))})` };
}

function subscription(endpoint) {
  const keys = createECDH("prime256v1");
  return { endpoint, p256dh: keys.generateKeys().toString("base64url"), auth: randomBytes(16).toString("base64url") };
}

/** To be run in a page: subscribes with no push service, which would be one on the internet. */
function subscribeTo({ endpoint, p256dh, auth }) {
  const bytes = (key) => Uint8Array.from(atob(key.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0)).buffer;
  const subscription = (key) => ({
    options: { applicationServerKey: bytes(key) },
    toJSON: () => ({ endpoint, keys: { p256dh, auth } }),
    unsubscribe: async () => localStorage.removeItem("fake-push"),
  });
  PushManager.prototype.getSubscription = async () => (localStorage.getItem("fake-push") ? subscription(localStorage.getItem("fake-push")) : null);
  PushManager.prototype.subscribe = async (options) => {
    window.subscribed = options;
    localStorage.setItem("fake-push", options.applicationServerKey);
    return subscription(options.applicationServerKey);
  };
}
