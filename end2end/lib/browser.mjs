// A browser for journeys: any console error or page error fails the test, and axe looks at every page asked for.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const BASE = process.env.HUMMDESK_BASE_URL ?? 'http://127.0.0.1:3000';
export const PASSWORD = 'hummdesk-demo';
const OUTPUT = join(dirname(fileURLToPath(import.meta.url)), '..', 'output');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
});
after(async () => browser?.close());

/** A person's journey. `open(options)` gives a page in a context of its own; problems on any of them fail the test. */
export function journey(name, walk) {
  test(name, { timeout: 120_000 }, async () => {
    const contexts = [];
    const problems = [];
    const open = async (options = {}) => {
      const { expected = [], ...contextOptions } = options;
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', ...contextOptions });
      context.setDefaultTimeout(20_000);
      contexts.push(context);
      const page = await context.newPage();
      const note = (text) => { if (!expected.some((known) => known.test(text))) problems.push(`${page.url()}: ${text}`); };
      page.on('console', (message) => { if (message.type() === 'error') note(message.text()); });
      page.on('pageerror', (error) => note(String(error)));
      return page;
    };
    try {
      await walk({ open });
    } catch (error) {
      for (const [at, context] of contexts.entries()) {
        for (const page of context.pages()) await page.screenshot({ path: join(OUTPUT, `${name.replace(/\W+/g, '-')}-${at}.png`) }).catch(() => {});
      }
      if (problems.length) error.message += `\nbrowser problems:\n${problems.join('\n')}`;
      throw error;
    } finally {
      for (const context of contexts) await context.close();
    }
    assert.deepEqual(problems, []);
  });
}

/** Goes to a page and waits until it is alive: hydrated, not only rendered. */
export async function visit(page, path) {
  await page.goto(BASE + path, { waitUntil: 'domcontentloaded' });
  await hydrated(page);
}

export async function hydrated(page) {
  await page.waitForFunction(() => document.documentElement.hasAttribute('data-hydrated'));
}

export async function signIn(page, email, password = PASSWORD) {
  await page.goto(`${BASE}/login`);
  await page.fill('input[name=email]', email);
  await page.fill('input[name=password]', password);
  await Promise.all([page.waitForURL((url) => !url.pathname.startsWith('/login')), page.click('button[type=submit]')]);
  await hydrated(page);
}

/** Fails on any violation of WCAG 2.2 A and AA. */
export async function accessible(page) {
  // Evaluated, not injected as a script tag: the page's content policy stays as it is.
  await page.evaluate(axe);
  const result = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
  }));
  const violations = result.violations.map((v) => `${v.id}: ${v.help}\n  ${v.nodes.slice(0, 4).map((n) => n.html.slice(0, 160)).join('\n  ')}`);
  assert.deepEqual(violations, [], `${page.url()}\n${violations.join('\n')}`);
}

/** No page may scroll sideways at this width, and nothing may be cut off but what scrolls by itself or is truncated. */
export async function fits(page) {
  const over = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const excused = (element) => {
      for (let at = element; at && at !== document.body; at = at.parentElement) {
        const style = getComputedStyle(at);
        if (/auto|scroll/.test(style.overflowX) && at.scrollWidth > at.clientWidth && !at.matches('.page, main')) return true;
        if (style.overflowX === 'hidden' && style.textOverflow === 'ellipsis') return true;
        if (style.position === 'fixed' || style.clip !== 'auto') return true;
      }
      return false;
    };
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.checkVisibility?.() && element.getBoundingClientRect().width > 1)
      .filter((element) => element.getBoundingClientRect().right > width + 1 && !excused(element))
      .slice(0, 3).map((element) => element.outerHTML.slice(0, 120));
  });
  assert.deepEqual(over, [], `${page.url()} is too wide at ${page.viewportSize().width} px`);
}

export async function shot(page, name) {
  await page.screenshot({ path: join(OUTPUT, `${name}.png`) });
}
