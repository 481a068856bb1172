// The headless Chromium of all browser tests. It needs no installation and no rights: it comes with an npm package,
// which unpacks it below this directory.
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium as playwright } from "playwright-core";

const ARGS = [
  // As root, in a container or on a build server, there is no sandbox and no GPU.
  "--no-sandbox",
  "--disable-gpu",
  // The only host to talk to is the server under test.
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-domain-reliability",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
  "--no-pings",
];

/** Starts a browser; the caller closes it. */
export async function launch() {
  return playwright.launch({ executablePath: await unpacked(), headless: true, args: ARGS });
}

/** Unpacks into a directory of this build, as two builds that share the system's temporary directory would collide. */
async function unpacked() {
  const systems = process.env.TMPDIR;
  process.env.TMPDIR = join(dirname(fileURLToPath(import.meta.url)), "unpacked");
  mkdirSync(process.env.TMPDIR, { recursive: true });
  try {
    const { default: chromium } = await import("@sparticuz/chromium");
    return await chromium.executablePath();
  } finally {
    if (systems === undefined) {
      delete process.env.TMPDIR;
    } else {
      process.env.TMPDIR = systems;
    }
  }
}
