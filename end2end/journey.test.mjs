// Kim writes in the widget; Anna sees it live, with what the assistant made of it, and answers; Kim reads the answer.
import assert from 'node:assert/strict';
import { journey, signIn, visit, BASE } from './lib/browser.mjs';

journey('Kim asks and Anna answers', async ({ open }) => {
  const anna = await open();
  await signIn(anna, 'anna@acme.test');
  await visit(anna, '/inbox/all');

  const kim = await open();
  await kim.goto(`${BASE}/demo`);
  await kim.locator('#hummdesk').getByRole('button').first().click();
  await kim.getByRole('button', { name: /new conversation|start a conversation|write to us|ask us|send us a message/i }).first().click();
  const question = `I was charged twice for order ${Math.floor(Math.random() * 1e6)}. Can I get one of the payments back?`;
  const box = kim.getByRole('textbox').first();
  await box.fill(question);
  await box.press('Enter');

  const row = anna.getByRole('link', { name: new RegExp(question.slice(0, 40)) }).or(anna.locator('a', { hasText: question.slice(0, 40) })).first();
  await row.click();
  await anna.getByRole('article').or(anna.locator('main')).getByText(question).first().waitFor();
  await anna.getByText('What the assistant sees').first().waitFor();
  await anna.getByText('Billing', { exact: false }).first().waitFor();
  await anna.getByText(/Draft from the knowledge base|Nothing fitting in the knowledge base/).first().waitFor();

  const answer = 'Hello! One of the payments is on its way back to you.';
  await anna.fill('#reply-text', answer);
  await anna.press('#reply-text', 'Control+Enter');
  await kim.getByText(answer).first().waitFor();
  assert.equal(await anna.inputValue('#reply-text'), '');
});
