// `npm run bench:playground`: what the playground of `docs/site` weighs, and how soon it is there and answers, in Chromium. Build the site by
// `npm run docs` first, with a model.
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { chromium as launcher } from 'playwright-core';
import { chromium } from './chromium.js';
import { serveSite } from './playground-site.js';

if (chromium === undefined) {
  console.log('there is no Chromium; install one, or name it by ULMFIT_CHROMIUM');
  process.exit();
}
const site = process.argv[2] ?? join(import.meta.dirname, '../../docs/site');
const server = await serveSite(site, { base: '/', packs: true });
const browser = await launcher.launch({
  executablePath: chromium,
  args: ['--no-sandbox', '--disable-gpu'],
});
console.log(`Chromium ${browser.version()}, ${cpus()[0]?.model ?? '?'}, ${cpus().length} cores`);
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
page.setDefaultTimeout(300_000);
const kilobytes = (): string => `${(server.sent() / 1000).toFixed(0)} kB`;
const middle = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[times.length >> 1] ?? NaN;

await page.goto(server.url);
await page.locator('section[aria-label="Write a schedule"] path.curve[d^="M"]').waitFor();
const paint = await page.evaluate<number>(
  `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN`,
);
const alive = await page.evaluate<number>('performance.now()');
console.log(
  `first paint ${paint.toFixed(0)} ms; alive, with its first schedule run, within ${alive.toFixed(0)} ms`,
);
console.log(`until then ${kilobytes()}, packed`);
await page.getByText('it works without a network').waitFor();
console.log(`with what it keeps for when there is no network ${kilobytes()}, packed, before a model`);

const before = server.sent();
const started = performance.now();
const classify = page.locator('section[aria-label="Classify a text"]');
await classify.getByRole('button', { name: /^Load/ }).click();
await classify.getByText('is loaded').waitFor();
console.log(
  `model: ${((server.sent() - before) / 1e6).toFixed(1)} MB, ${(performance.now() - started).toFixed(0)} ms until it is loaded`,
);
await classify.locator('.coloured-text').waitFor();

interface Times {
  readonly answer: number[];
  readonly colours: number[];
}

/** From a key to the answer in the page, and from there to the colours; the pauses before both are left out. */
async function answers(text: string, keys: number): Promise<Times> {
  const times: Times = { answer: [], colours: [] };
  await classify.getByLabel('A film review').fill(text);
  await classify.locator('.answer:not(.waiting)').waitFor();
  for (let i = 0; i < keys; i++) {
    await page.keyboard.press('x');
    await classify.locator('.answer.waiting').waitFor();
    await classify.locator('.answer:not(.waiting)').waitFor();
    const said = await classify.getByText(/^Classified in/).textContent();
    const [answer, colours] = (said ?? '').match(/\d+/g) ?? [];
    times.answer.push(Number(answer));
    times.colours.push(Number(colours));
  }
  return times;
}
const sentence =
  'The story is simple, but the two leads are wonderful and the last scene is the best of it. ';
for (const [name, text] of [
  ['20 words', sentence],
  ['250 words', sentence.repeat(13)],
] as const) {
  const { answer, colours } = await answers(text, 7);
  for (const [what, times] of [
    ['the answer', answer],
    ['the colours after it', colours],
  ] as const)
    console.log(
      `a key in ${name}: ${what}: ${Math.min(...times)} ms at best, ${middle(times)} ms in the middle`,
    );
}
const shifts = await page
  .evaluate<number>(
    `new Promise((resolve) => new PerformanceObserver((list) => resolve(list.getEntries().reduce((sum, each) => sum + (each.hadRecentInput ? 0 : each.value), 0))).observe({ type: 'layout-shift', buffered: true }))`,
  )
  .catch(() => NaN);
console.log(`layout shift ${shifts.toFixed(3)}; load of the machine ${loadavg()[0]?.toFixed(1) ?? '?'}`);
await browser.close();
server.close();
