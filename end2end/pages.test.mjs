// Every page, at three widths, in both themes: alive, accessible, no sideways scrolling, nothing in the console.
import assert from 'node:assert/strict';
import { journey, signIn, visit, accessible, fits, shot } from './lib/browser.mjs';

const PAGES = ['/inbox/all', '/knowledge', '/knowledge/new', '/people', '/teams', '/overview', '/analytics/ai', '/settings', '/settings/inboxes', '/settings/inboxes/1/auto-reply', '/settings/labels', '/settings/ai', '/settings/rehearsal', '/settings/audit',
  '/settings/categories', '/settings/categories/*', '/settings/categories/new'];
const WIDTHS = [[375, 812], [768, 1024], [1440, 900]];

for (const colorScheme of ['light', 'dark']) {
  journey(`every page, ${colorScheme}`, async ({ open }) => {
    const page = await open({ colorScheme });
    await visit(page, '/login');
    await accessible(page);
    await signIn(page, 'admin@acme.test');
    for (const pattern of PAGES) {
      // The first one of a list, which the page before it has.
      const path = pattern.endsWith('*') ? await page.evaluate(() => document.querySelector('main li a').getAttribute('href')) : pattern;
      await visit(page, path);
      for (const [width, height] of WIDTHS) {
        await page.setViewportSize({ width, height });
        await fits(page);
        await shot(page, `${path.replaceAll('/', '-').slice(1)}-${width}-${colorScheme}`);
      }
      await accessible(page);
    }
    // A conversation with everything in it.
    await page.setViewportSize({ width: 1440, height: 900 });
    await visit(page, '/inbox/all');
    await page.locator('a.row:has(.tag-accent)').first().click();
    await page.locator('#reply-text').waitFor();
    for (const [width, height] of WIDTHS) {
      await page.setViewportSize({ width, height });
      await fits(page);
      await shot(page, `conversation-${width}-${colorScheme}`);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    await accessible(page);
    // As from a bookmark: what the server wrote must be what the browser read.
    await visit(page, new URL(page.url()).pathname);
    await page.getByRole('button', { name: 'Send as it is' }).waitFor();
  });
}

journey('from a question without an answer to its article, and from a decision to what it was made of', async ({ open }) => {
  const page = await open();
  await signIn(page, 'admin@acme.test');
  await visit(page, '/overview');
  await page.getByRole('navigation', { name: 'Figures of' }).getByRole('link', { name: 'Assistant' }).click();
  await page.getByRole('heading', { name: 'How the assistant does' }).waitFor();
  // The figures of the chart, for whoever cannot see it.
  const diagram = page.locator('figure', { has: page.getByRole('img', { name: 'As sure as it says?' }) });
  await diagram.getByText('Show figures').click();
  await diagram.getByRole('columnheader', { name: 'Share that was right' }).waitFor();
  const matrix = page.getByRole('table', { name: /Rows are what it decided/ });
  await matrix.getByRole('rowheader', { name: 'Billing' }).waitFor();

  await page.getByText('Sent', { exact: true }).first().waitFor();
  await page.getByRole('combobox', { name: 'What' }).selectOption({ label: 'Draft' });
  await page.getByRole('combobox', { name: 'Outcome' }).selectOption({ label: 'From the articles' });
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.waitForURL(/kind=draft/);
  await page.locator('td a[href^="/analytics/ai/decisions/"]').first().click();
  await page.getByRole('heading', { name: /^Decision \d+/ }).waitFor();
  await page.getByRole('heading', { name: 'What was read' }).waitFor();
  await page.getByRole('table').getByText('Quoted').first().waitFor();
  for (const [width, height] of WIDTHS) {
    await page.setViewportSize({ width, height });
    await fits(page);
    await shot(page, `decision-${width}`);
  }
  await accessible(page);
  await page.setViewportSize({ width: 1440, height: 900 });

  await visit(page, '/analytics/ai?days=90');
  const write = page.getByRole('link', { name: 'Write the article' }).first();
  const title = await write.locator('xpath=ancestor::li[1]').getByRole('heading').textContent();
  await write.click();
  await page.waitForURL(/\/knowledge\/new/);
  assert.equal(await page.inputValue('input[name=title]'), title);
});

journey('an agent has no figures of the assistant', async ({ open }) => {
  const page = await open({ expected: [/403/] });
  await signIn(page, 'anna@acme.test');
  await visit(page, '/analytics/ai');
  await page.getByText('Only supervisors and admins see this.').waitFor();
  await visit(page, '/overview');
  assert.equal(await page.getByRole('navigation', { name: 'Figures of' }).count(), 0);
});

journey('an address without a page', async ({ open }) => {
  const page = await open({ expected: [/404/] });
  await signIn(page, 'anna@acme.test');
  await visit(page, '/nothing-here');
  await page.getByRole('heading', { name: 'Page not found' }).waitFor();
});
