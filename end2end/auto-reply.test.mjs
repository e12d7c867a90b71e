// Gustav lets the assistant answer for Globex; Kim gets a marked answer, asks for a person, and gets no more of them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { journey, signIn, visit, accessible, BASE } from './lib/browser.mjs';

const PAGE = `<!doctype html><html lang="en"><head><title>Shop</title><link rel="icon" href="data:,"></head><body><main><h1>Shop</h1></main>
<script>
  window.hummdeskSettings = { position: "right", locale: "en", darkMode: "auto" };
  (function(d){var s=d.createElement("script");s.src="${BASE}/widget.js";s.async=true;
  s.onload=function(){hummdesk.run({ websiteToken: "globex-demo-widget", baseUrl: "${BASE}" })};d.head.appendChild(s)})(document);
</script></body></html>`;

async function call(method, path, token, body) {
  const answer = await fetch(`${BASE}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.json();
}

journey('The assistant answers by itself until Kim wants a person', async ({ open }) => {
  const { access_token: token } = await call('POST', '/api/auth/login', null, { email: 'admin@globex.test', password: 'hummdesk-demo' });
  const article = await call('POST', '/api/knowledge-base/articles', token, {
    title: 'Duplicate charges',
    body: 'If you were charged twice for a subscription, we refund one of the two payments to your card at once. The refund shows within 3 business days.',
  });
  for (let indexed = false; !indexed; ) {
    ({ indexed } = await call('GET', `/api/knowledge-base/articles/${article.id}`, token));
  }

  const admin = await open({ expected: [/status of 422/] });
  await signIn(admin, 'admin@globex.test');
  await visit(admin, '/settings/inboxes');
  await admin.locator('li.card', { hasText: 'globex-demo-widget' }).getByRole('link', { name: 'Automatic answers' }).click();
  await admin.getByRole('heading', { level: 1, name: /Automatic answers/ }).waitFor();
  await accessible(admin);
  await admin.fill('#field-percent', '120');
  await admin.getByRole('button', { name: 'Save' }).click();
  await admin.getByText('takes 0.5 to 1').waitFor();
  await admin.fill('#field-percent', '50');
  await admin.getByText('Let the assistant answer by itself').click();
  await admin.getByRole('button', { name: 'Save' }).click();
  await admin.getByText('Saved').waitFor();
  // Without scripts the same form posts, and the choice is there.
  const plain = await open({ javaScriptEnabled: false, storageState: await admin.context().storageState() });
  await plain.goto(admin.url());
  assert.equal(await plain.inputValue('#field-percent'), '50');
  assert.ok(await plain.isChecked('input[name=enabled]'));
  await plain.fill('#field-max_turns', '2');
  await plain.getByRole('button', { name: 'Save' }).click();
  await plain.waitForLoadState();
  assert.equal(await plain.inputValue('#field-max_turns'), '2');
  assert.equal((await call('GET', new URL(admin.url()).pathname.replace('/settings', '/api'), token)).max_turns, 2);

  const shop = createServer((_, answer) => answer.writeHead(200, { 'content-type': 'text/html' }).end(PAGE));
  shop.listen(0, '127.0.0.1').unref();
  await once(shop, 'listening');
  const kim = await open();
  await kim.goto(`http://127.0.0.1:${shop.address().port}/`);
  await kim.locator('#hummdesk').getByRole('button').first().click();
  await kim.getByRole('button', { name: 'Start a conversation' }).click();
  const box = kim.getByRole('textbox').first();
  const question = 'I was charged twice for my subscription this month, please refund one of the two payments to my card.';
  await box.fill(question);
  await box.press('Enter');
  await kim.getByText('Answered by the assistant').waitFor();
  await kim.getByText('The refund shows within 3 business days').waitFor();

  await visit(admin, '/inbox/all');
  await admin.getByRole('link', { name: new RegExp(question.slice(0, 30)) }).or(admin.locator('a.row')).first().click();
  await admin.getByText('answered by itself').first().waitFor();
  await kim.getByRole('button', { name: 'I want to talk to a person' }).click();
  await kim.getByText('one of them will answer you here').waitFor();
  await kim.getByRole('button', { name: 'I want to talk to a person' }).waitFor({ state: 'detached' });
  await admin.getByText('The customer asked for a person').waitFor();
  await visit(admin, '/analytics/ai');
  await admin.getByText('Automatic answers sent').waitFor();
  await accessible(admin);
});
