// node smoke.mjs URL OUT.png: opens the page, prints its title and takes a screenshot.
import { launch } from "./chromium.mjs";

const [url, file] = process.argv.slice(2);
if (!url || !file) {
  console.error("usage: node smoke.mjs URL OUT.png");
  process.exit(2);
}

const browser = await launch();
try {
  const page = await browser.newPage({ viewport: { width: 1024, height: 768 } });
  const response = await page.goto(url);
  console.log(`${response.status()} ${await page.title()} (Chromium ${browser.version()})`);
  await page.screenshot({ path: file });
} finally {
  await browser.close();
}
