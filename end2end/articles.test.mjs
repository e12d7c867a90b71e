// Globex wants articles tried before they are published: Gil proposes, Greta tries it and lets it go live.
import assert from 'node:assert/strict';
import { journey, signIn, visit, accessible, fits, shot } from './lib/browser.mjs';

const TITLE = 'Our bikes and what they cost';
const WAITS = /^This waits to be tried on past conversations/;

/** Turns the switch, if it stands otherwise. */
async function rehearsing(page, on) {
  await visit(page, '/settings/ai');
  await page.getByRole('checkbox', { name: 'Try articles before they are published' }).setChecked(on);
  await page.locator('form[aria-labelledby=articles-title]').getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved', { exact: true }).first().waitFor();
}

journey('Gil proposes a change of an article, and Greta lets it go live', async ({ open }) => {
  const greta = await open();
  await signIn(greta, 'admin@globex.test');
  await rehearsing(greta, true);
  await accessible(greta);

  const gil = await open();
  await signIn(gil, 'gil@globex.test');
  await visit(gil, '/knowledge');
  await gil.getByRole('link', { name: TITLE }).click();
  const body = gil.locator('#article-body');
  const published = await body.inputValue();
  const proposed = `${published}\n\n## Gift cards\nWe sell gift cards from €20 on.`;
  await body.fill(proposed);
  await gil.getByRole('button', { name: 'Save' }).click();
  await gil.getByText('To be tried first: put with the proposed changes').waitFor();
  await gil.getByText(WAITS).waitFor();
  // Whoever opens it next goes on with what was written, and answers still come from what is published.
  const path = new URL(gil.url()).pathname;
  await visit(gil, path);
  await gil.getByText(WAITS).waitFor();
  assert.equal(await gil.inputValue('#article-body'), proposed);
  await accessible(gil);
  for (const width of [1440, 768, 375]) {
    await gil.setViewportSize({ width, height: 900 });
    await fits(gil);
    await shot(gil, `article-waits-${width}`);
  }

  await visit(greta, '/settings/rehearsal');
  await greta.getByRole('link', { name: `Article “${TITLE}” changed` }).waitFor();
  await greta.selectOption('#field-conversations', '10');
  await greta.getByRole('button', { name: 'Try it' }).click();
  await greta.locator('#measures').waitFor({ timeout: 60_000 });
  await accessible(greta);
  await shot(greta, 'article-rehearsed');
  const confirm = greta.locator('#field-confirm');
  if (await confirm.isVisible()) await confirm.fill('Globex');
  await greta.getByRole('button', { name: 'Go live' }).click();
  await greta.getByText('No change waits').waitFor();
  await visit(greta, path);
  assert.equal(await greta.inputValue('#article-body'), proposed);
  assert.equal(await greta.getByText(WAITS).count(), 0);

  // A new one is a draft until then; with two changes, one can be taken out.
  await visit(gil, '/knowledge/new');
  await gil.fill('#field-title', 'Vouchers');
  await gil.fill('#article-body', 'Vouchers are valid for three years.');
  await gil.getByRole('button', { name: 'Save' }).click();
  await gil.waitForURL(/\/knowledge\/\d+$/);
  await gil.getByText(WAITS).waitFor();
  await visit(greta, path);
  await greta.locator('#article-body').fill(published);
  await greta.getByRole('button', { name: 'Save' }).click();
  await greta.getByText(WAITS).getByRole('link', { name: 'Rehearsal' }).click();
  await greta.getByText('Article “Vouchers” published').waitFor();
  await greta.getByRole('button', { name: 'Take out' }).first().click();
  await greta.getByText('Article “Vouchers” published').waitFor({ state: 'detached' });
  await greta.getByRole('link', { name: `Article “${TITLE}” changed` }).waitFor();
  await greta.getByRole('button', { name: 'Discard' }).click();
  await greta.getByText('No change waits').waitFor();

  await rehearsing(greta, false);
  await visit(greta, path);
  await greta.locator('#article-body').fill(published);
  await greta.getByRole('button', { name: 'Save' }).click();
  await greta.getByText('Saved', { exact: true }).first().waitFor();
  assert.equal(await greta.getByText(WAITS).count(), 0);
});
