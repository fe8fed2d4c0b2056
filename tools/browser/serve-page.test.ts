import type { Explanation } from '@ulmfit/inference';
import { createServer, type ServedModel } from '@ulmfit/serve';
import { serve } from '@ulmfit/serve/node';
import { chromium as playwright, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { chromium, chromiumOptions } from './chromium.js';

// The page of `ulmfit serve` as a visitor has it: in a real browser, from a real server.
const speaks = (word: string): number =>
  /^(charged|card|refund)/i.test(word) ? 2 : word === 'parcel' ? -1 : 0;
const classes = ['billing', 'delivery'];
const model: ServedModel = {
  classes,
  multiLabel: false,
  async *classify(texts) {
    for (const text of texts) {
      const sum = text.split(/\s+/).reduce((all, word) => all + speaks(word), 0);
      const share = 1 / (1 + Math.exp(-sum));
      const label = share >= 0.5 ? 'billing' : 'delivery';
      const probability = Math.max(share, 1 - share);
      yield { label, probability, labels: [label], probabilities: { billing: share, delivery: 1 - share } };
    }
  },
  explain: async (text, { classes: [label = ''] = [] }) => {
    const tokens = [...text.matchAll(/\S+/g)].map(({ 0: token, index: start }) => ({
      ...{ token, start, end: start + token.length },
    }));
    const contributions = tokens.map(({ token }) => (label === 'billing' ? 1 : -1) * speaks(token));
    const told = { label, logit: 0, baseline: 0, contributions, gap: 0, isComplete: true };
    const prediction = { label, probability: 1, labels: [label], probabilities: {} };
    const explanation: Explanation = {
      ...{ text, prediction, method: 'integrated-gradients', of: 'neural', tokens },
      ...{ classes: [told], steps: 7, context: 0 },
    };
    return explanation;
  },
  dispose: () => undefined,
};

describe.skipIf(chromium === undefined)(
  'the page of ulmfit serve (skipped where there is no Chromium)',
  () => {
    let browser: Browser;
    let close: () => Promise<boolean>;
    let url: string;
    beforeAll(async () => {
      // None of the graphics cards by software that other tests need: they make a page slow.
      browser = await playwright.launch({ ...chromiumOptions, args: ['--no-sandbox', '--disable-gpu'] });
      ({ close, url } = await serve(createServer({ model, maxCharacters: 200 }), { port: 0 }));
    });
    afterAll(async () => {
      await browser.close();
      await close();
    });

    const eventually = (read: () => unknown) => expect.poll(read, { timeout: 20_000 });

    async function visit(size: { width: number; height: number }): Promise<{ page: Page; faults: string[] }> {
      const page = await browser.newPage({ viewport: size });
      onTestFinished(() => page.close());
      const faults: string[] = [];
      page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
      page.on('pageerror', ({ message }) => faults.push(message));
      page.on('request', (request) => {
        if (!request.url().startsWith(url) && !request.url().startsWith('data:')) faults.push(request.url());
      });
      await page.goto(url);
      return { page, faults };
    }

    it.each([
      { width: 1280, height: 800 },
      { width: 390, height: 800 },
    ])('answers as one types, by the keyboard alone, %j', async (size) => {
      const { page, faults } = await visit(size);
      await page.keyboard.press('Tab');
      await page.keyboard.type('My card was <b>charged</b> twice & the parcel');
      await eventually(() => page.getByRole('status').first().textContent()).toMatch(/^billing [\d.]+ %$/);
      expect(await page.getByRole('rowheader').allTextContents()).toEqual(['billing', 'delivery']);
      // Texts that were half typed may be explained, too: only the last explanation stays.
      await eventually(() => page.locator('#words').textContent()).toBe(
        'My card was <b>charged</b> twice & the parcel',
      );
      expect(await page.locator('#words .for').allTextContents()).toEqual(['card']);
      expect(await page.locator('#words .against').allTextContents()).toEqual(['parcel']);
      expect(await page.locator('#reasons').textContent()).toBe(
        'Most for billing: card. Most against it: parcel.',
      );
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.id')).toBe('class');
      await page.keyboard.press('ArrowDown');
      await eventually(() => page.locator('#words .for').allTextContents()).toEqual(['parcel']);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      expect(faults).toEqual([]);
    });

    it('says that a text is too long, and goes on', async () => {
      const { page } = await visit({ width: 800, height: 800 });
      const field = page.getByLabel('Your text');
      await field.fill('word '.repeat(50));
      await expect
        .poll(() => page.locator('#error').textContent())
        .toBe('This text is too long for the server. Shorten it.');
      await field.fill('refund');
      await eventually(() => page.locator('#error').textContent()).toBe('');
      expect(await page.getByRole('status').first().textContent()).toMatch(/^billing/);
      await field.fill(' ');
      await eventually(() => page.getByRole('status').first().textContent()).toBe('Write something above.');
      expect(await page.locator('#why').isVisible()).toBe(false);
    });
  },
);
