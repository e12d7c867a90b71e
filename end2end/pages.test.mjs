// Every page, at three widths, in both themes: alive, accessible, no sideways scrolling, nothing in the console.
import { journey, signIn, visit, accessible, fits, shot } from './lib/browser.mjs';

const PAGES = ['/inbox/all', '/knowledge', '/knowledge/new', '/people', '/teams', '/overview', '/settings', '/settings/inboxes', '/settings/labels', '/settings/ai', '/settings/audit',
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
  });
}

journey('an address without a page', async ({ open }) => {
  const page = await open({ expected: [/404/] });
  await signIn(page, 'anna@acme.test');
  await visit(page, '/nothing-here');
  await page.getByRole('heading', { name: 'Page not found' }).waitFor();
});
