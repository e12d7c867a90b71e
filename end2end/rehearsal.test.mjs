// Ada wants less left to people: she sees on past conversations what that would change, and says so by name.
import assert from 'node:assert/strict';
import { journey, signIn, visit, accessible, fits, shot } from './lib/browser.mjs';

journey('Ada tries a threshold before it goes live', async ({ open }) => {
  const ada = await open({ expected: [/status of 422/] });
  await signIn(ada, 'admin@acme.test');
  await visit(ada, '/settings');
  const before = await ada.inputValue('#threshold');
  await ada.locator('#threshold').fill('51');
  await ada.getByRole('button', { name: 'Save' }).click();
  await ada.waitForURL('**/settings/rehearsal');
  await ada.getByText(/^Sort without a person from 51\s%\s*on$/).waitFor();

  await ada.selectOption('#field-conversations', '50');
  await ada.getByRole('button', { name: 'Try it' }).click();
  await ada.locator('#measures').waitFor({ timeout: 60_000 });
  const row = ada.getByRole('row', { name: /^Sorted without a person/ });
  const [now, then] = (await row.getByRole('cell').allTextContents()).map(Number);
  assert.ok(then > now, `${now} are sorted now, ${then} with the change`);

  // What comes out otherwise, with both sides.
  await ada.getByRole('heading', { name: 'Conversations that come out otherwise' }).waitFor();
  await ada.locator('details summary').first().click();
  await ada.getByRole('heading', { level: 3, name: 'With the changes' }).first().waitFor();
  for (const width of [1440, 768, 375]) {
    await ada.setViewportSize({ width, height: 900 });
    await fits(ada);
    await shot(ada, `rehearsal-${width}`);
  }
  await accessible(ada);
  await ada.setViewportSize({ width: 1440, height: 900 });

  // More is sorted, and more of it wrongly: that takes the account's name.
  const confirm = ada.locator('#field-confirm');
  await confirm.fill('something');
  await ada.getByRole('button', { name: 'Go live' }).click();
  await ada.getByText(/this makes worse: expected_mistakes/).waitFor();
  assert.equal(await confirm.getAttribute('aria-invalid'), 'true');
  await confirm.fill('Acme');
  await ada.getByRole('button', { name: 'Go live' }).click();
  await ada.getByText('No change waits').waitFor();
  await visit(ada, '/settings');
  assert.equal(await ada.inputValue('#threshold'), '51');

  // Back again: proposed, let go of, proposed once more and done.
  const back = async () => {
    await visit(ada, '/settings');
    await ada.locator('#threshold').fill(before);
    await ada.getByRole('button', { name: 'Save' }).click();
    await ada.getByText(/^Sort without a person from \d+\s%\s*on$/).first().waitFor();
  };
  await back();
  await ada.getByRole('button', { name: 'Discard' }).click();
  await ada.getByText('No change waits').waitFor();
  await back();
  await ada.selectOption('#field-conversations', '10');
  await ada.getByRole('button', { name: 'Try it' }).click();
  await ada.locator('#measures').waitFor({ timeout: 60_000 });
  if (await confirm.isVisible()) await confirm.fill('Acme');
  await ada.getByRole('button', { name: 'Go live' }).click();
  await ada.getByText('No change waits').waitFor();
  await visit(ada, '/settings');
  assert.equal(await ada.inputValue('#threshold'), before);
});
