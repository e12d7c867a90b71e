// Mia connects a model and reads along while it writes.
import assert from 'node:assert/strict';
import { accessible, journey, shot, signIn, visit } from './lib/browser.mjs';
import { found } from './lib/account.mjs';
import { scriptedModel } from './lib/model.mjs';

const KEY = 'sk-journey-0123456789';
const FACTS = ['Refunds arrive within five working days.', 'They go back to the card that you paid with.'];

/** Two paragraphs, so that the middle of the answer is past the first fact. */
const draft = (opening) => `Hello Kim,\n\n${opening} ${FACTS[0]} [1]\n\n${FACTS[1]} [1] Please write to us again if anything is unclear, and we will have another look together.\n\nMia`;

journey('Mia reads along while a model writes', async ({ open }) => {
  const { email, password, api } = await found('Northwind');
  const model = await scriptedModel({
    test: () => ({ ok: true }),
    classification: ({ categories }) => ({
      category: categories[0], category_confidence: 0.9, priority: 'normal', priority_confidence: 0.9, sentiment: 'neutral',
      sentiment_confidence: 0.9, language: 'en', language_confidence: 1, team: null, reasoning: 'It asks about money.',
    }),
    draft: () => ({ answerable: true, draft: draft('Thank you for asking.'), confidence: 0.9 }),
    rewrite: () => ({ draft: draft('How lovely that you ask us.') }),
  });
  try {
    await api('POST', '/api/knowledge-base/articles', { title: 'Refunds', body: FACTS.join(' '), status: 'published' });
    const mia = await open();
    await signIn(mia, email, password);
    await visit(mia, '/settings/ai');
    await mia.selectOption('#field-provider', 'compatible');
    await mia.fill('#field-base_url', model.url);
    await mia.fill('#field-chat_model', 'scripted-1');
    await mia.fill('#field-api_key', KEY);
    await mia.locator('form').filter({ has: mia.locator('#field-chat_model') }).getByRole('button', { name: 'Save' }).click();
    await mia.getByText(/scripted-1.+127\.0\.0\.1/).first().waitFor();
    assert.equal(await mia.inputValue('#field-api_key'), '', 'a key is never shown again');
    await mia.getByRole('button', { name: 'Test' }).click();
    await mia.getByText(/^It answers, in \d+ ms\.$/).waitFor();
    await accessible(mia);
    assert.deepEqual(model.asked, [{ name: 'test', authorization: `Bearer ${KEY}` }]);

    const inbox = await api('POST', '/api/inboxes', { name: 'Desk', channel: 'api' });
    await visit(mia, '/inbox/all');
    const { id } = await api('POST', '/api/conversations', {
      inbox_id: inbox.id, contact: { name: 'Kim' }, content: 'When does my refund arrive?',
    });
    await mia.locator(`a.row[href$="/${id}"]`).click();
    // The conversation is open before the model says a word.
    await mia.getByRole('button', { name: 'Resolve' }).waitFor();

    const written = mia.getByRole('region', { name: 'Writing a draft…' });
    const proposal = mia.locator('section').getByRole('region', { name: 'Draft', exact: true });
    const follows = async (opening, picture) => {
      model.goOn();
      await written.getByText(`${opening} ${FACTS[0]}`).waitFor();
      assert.ok(!(await written.textContent()).includes(FACTS[1]), 'the rest is not written yet');
      await accessible(mia);
      await shot(mia, picture);
      model.goOn();
      await proposal.getByText(FACTS[1]).waitFor();
      await written.waitFor({ state: 'detached' });
      assert.ok((await proposal.textContent()).includes(opening));
      assert.equal(await proposal.locator('sup').count(), 2, 'each fact carries its source');
    };
    await follows('Thank you for asking.', 'model-draft');
    await mia.getByRole('button', { name: 'In other words' }).click();
    await mia.getByRole('button', { name: 'Friendlier' }).click();
    await follows('How lovely that you ask us.', 'model-rewrite');
    assert.deepEqual(model.asked.map(({ name }) => name), ['test', 'classification', 'draft', 'rewrite']);
  } finally {
    await model.stop();
  }
});
