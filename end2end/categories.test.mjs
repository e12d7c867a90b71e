// Ada teaches a category; it is learned, stands in the correction menu, and all of it works before a script arrives.
import assert from 'node:assert/strict';
import { journey, signIn, visit, accessible, BASE } from './lib/browser.mjs';

/** Where something gets worse, by the account's name. */
async function goLive(page) {
  const confirm = page.locator('#field-confirm');
  if (await confirm.isVisible()) await confirm.fill('Acme');
  await page.getByRole('button', { name: 'Go live' }).click();
}

journey('Ada teaches a category and sorts into it', async ({ open }) => {
  const name = `Delivery ${Math.floor(Math.random() * 1e6)}`;
  const ada = await open({ expected: [/status of 422/] });
  await signIn(ada, 'admin@acme.test');
  await visit(ada, '/settings');
  await ada.getByRole('link', { name: 'Categories' }).click();
  await ada.getByRole('link', { name: 'New category' }).click();
  await ada.fill('#field-name', 'billing');
  await ada.getByRole('button', { name: 'Save' }).click();
  await ada.getByText('there is a category of that name already').waitFor();
  assert.equal(await ada.getAttribute('#field-name', 'aria-invalid'), 'true');
  await accessible(ada);
  await ada.fill('#field-name', name);
  await ada.fill('#field-description', 'Parcels, couriers and where they are');
  await ada.fill('#field-examples', 'Where is my parcel?\nThe courier never came\n\nMy package was left in the rain');
  await ada.getByRole('button', { name: 'Save' }).click();
  // It is tried on what is resolved before it judges anybody.
  await ada.waitForURL('**/settings/rehearsal');
  await ada.getByText(`New category “${name}” with 3 examples`).waitFor();
  await ada.selectOption('#field-conversations', '10');
  await ada.getByRole('button', { name: 'Try it' }).click();
  await ada.locator('#measures').waitFor({ timeout: 60_000 });
  await ada.getByText('Sorted without a person').first().waitFor();
  await accessible(ada);
  await goLive(ada);
  await ada.getByText('Went live').first().waitFor();

  await ada.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Categories' }).click();
  await ada.getByRole('link', { name }).click();
  await ada.getByRole('heading', { level: 1, name }).waitFor();
  await ada.getByText('The courier never came').waitFor();
  await ada.fill('#field-texts', 'Tracking shows nothing for days');
  await ada.getByRole('button', { name: 'Add', exact: true }).click();
  await ada.getByText('Tracking shows nothing for days').waitFor();
  await ada.waitForFunction(() => document.querySelector('#field-texts').value === '');

  // Deleted by mistake, and back.
  await ada.getByRole('button', { name: 'Delete: My package was left in the rain' }).click();
  await ada.getByRole('button', { name: 'Undo' }).click();
  await ada.getByRole('button', { name: 'Delete: My package was left in the rain' }).waitFor();

  // The page itself looks for what came of it.
  await ada.getByRole('link', { name: 'Categories' }).first().click();
  await ada.getByRole('link', { name }).getByText('4 examples').waitFor();
  await ada.getByText(/^Version \d+ judges\.$/).waitFor({ timeout: 60_000 });

  // The menu of a conversation has it, and a click sorts.
  await visit(ada, '/inbox/all');
  await ada.locator('a.row').first().click();
  await ada.locator('#category-button').press('Enter');
  // The keys reach every item, whatever its form carries along.
  for (const expected of [0, 1, 2]) {
    await ada.waitForFunction((at) => [...document.querySelectorAll('#category .menu-item')][at] === document.activeElement, expected);
    await ada.keyboard.press('ArrowDown');
  }
  await ada.locator('#category').getByRole('button', { name }).click();
  await ada.locator('#category-button').getByText(name).waitFor();
  await ada.getByTitle('Corrected by a person').first().waitFor();
  // Where the assistant is unsure, it says so, and what else it could be is a click away.
  const hrefs = await ada.locator('a.row').evaluateAll((rows) => rows.map((row) => row.getAttribute('href')));
  const seen = await Promise.all(hrefs.map(async (href) => {
    const answer = await ada.request.get(`${BASE}/api/conversations/${href.split('/').pop()}/classification`);
    return answer.ok() ? answer.json() : {};
  }));
  const unsure = seen.findIndex((one) => one.outcome === 'unsure' && one.alternatives.length && !one.corrected.includes('category'));
  assert.notEqual(unsure, -1, 'the demo has a conversation whose category is unsure');
  await ada.locator(`a.row[href="${hrefs[unsure]}"]`).click();
  const [{ category: other }] = seen[unsure].alternatives;
  const alternative = ada.locator('.outcome-unsure form button').filter({ hasText: new RegExp(other, 'i') });
  await alternative.click();
  await ada.locator('#category-button').getByText(new RegExp(other, 'i')).waitFor();
  await ada.locator('.outcome').waitFor({ state: 'detached' });

  await visit(ada, '/inbox/all');
  await ada.locator('#filters-button').click();
  await ada.locator('#filters').getByRole('link', { name }).click();
  await ada.locator('a.row').filter({ hasText: name }).first().waitFor();

  // Without scripts: refused at the field, then deleted after the question that names it.
  const plain = await open({ javaScriptEnabled: false, storageState: await ada.context().storageState() });
  await plain.goto(`${BASE}/settings/categories/new`);
  await plain.fill('#field-name', name.toUpperCase());
  await plain.getByRole('button', { name: 'Save' }).click();
  await plain.getByText('there is a category of that name already').waitFor();
  await plain.goto(`${BASE}/settings/categories`);
  await plain.getByRole('link', { name }).click();
  await plain.getByRole('button', { name: 'Delete', exact: true }).first().click();
  await plain.getByText(`Delete “${name}” with 4 examples?`).waitFor();
  await plain.locator('#delete-category').getByRole('button', { name: 'Delete' }).click();
  await plain.getByText(`Category “${name}” deleted`).waitFor();
  await plain.selectOption('#field-conversations', '10');
  await plain.getByRole('button', { name: 'Try it' }).click();
  const until = Date.now() + 60_000;
  while (!(await plain.locator('#measures').isVisible()) && Date.now() < until) await plain.reload();
  await goLive(plain);
  await plain.getByText('Went live').first().waitFor();
  await plain.goto(`${BASE}/settings/categories`);
  await plain.getByRole('heading', { level: 1, name: 'Categories' }).waitFor();
  assert.equal(await plain.getByRole('link', { name }).count(), 0);
});
