// Kim's chat on somebody's page: what it costs before the first click, and what it must never lose after it.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { accessible, BASE, fits, journey, PASSWORD, shot } from './lib/browser.mjs';

const GONE = /ERR_INTERNET_DISCONNECTED|Failed to load resource|WebSocket connection/;

/** Anna, through the API: it is the widget that is looked at here. */
async function anna() {
  const call = async (method, path, body, token) => {
    const answer = await fetch(BASE + path, {
      method,
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: body && JSON.stringify(body),
    });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${answer.ok ? '' : await answer.text()}`);
    const text = await answer.text();
    return text ? JSON.parse(text) : undefined;
  };
  const { access_token: token } = await call('POST', '/api/auth/login', { email: 'anna@acme.test', password: PASSWORD });
  return {
    token,
    /** The conversation whose newest message says this. */
    async conversation(words) {
      const { data } = await call('GET', '/api/conversations?sort=newest&limit=20', undefined, token);
      const found = data.find((one) => one.last_message?.content.includes(words));
      assert.ok(found, `no conversation says ${words}`);
      return found.id;
    },
    say: (id, content) => call('POST', `/api/conversations/${id}/messages`, { content }, token),
    read: (id) => call('POST', `/api/conversations/${id}/read`, {}, token),
    resolve: (id) => call('PATCH', `/api/conversations/${id}`, { status: 'resolved' }, token),
    messages: async (id) => (await call('GET', `/api/conversations/${id}/messages`, undefined, token)).data,
  };
}

const unique = (words) => `${words} ${Math.random().toString(36).slice(2, 10)}`;

async function openChat(page, address = `${BASE}/demo`) {
  await page.goto(address);
  await page.getByRole('button', { name: 'Open chat' }).click();
  await page.getByRole('button', { name: 'Start a conversation' }).waitFor();
}

/** Opens the chat, starts a conversation with these words and answers with its number. */
async function begin(page, agent, words) {
  await openChat(page);
  await page.getByRole('button', { name: 'Start a conversation' }).click();
  await write(page, words);
  await page.getByText('Sent ·').waitFor();
  return agent.conversation(words);
}

async function write(page, words) {
  const box = page.getByRole('textbox', { name: 'Write a message' });
  await box.fill(words);
  await box.press('Enter');
}

journey('The chat costs the page nothing before the first click', async ({ open }) => {
  const page = await open();
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(`${BASE}/demo`, { waitUntil: 'networkidle' });
  await page.getByRole('button', { name: 'Open chat' }).waitFor();
  const ours = asked.filter((path) => path === '/widget.js' || path.startsWith('/api/') || /widget.*\.(js|wasm)$/.test(path));
  assert.deepEqual(ours.toSorted(), ['/api/widget/config', '/widget.js']);
  const stored = await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
  assert.deepEqual(stored, [0, 0, '']);
  assert.deepEqual(await page.context().cookies(), []);

  const bytes = async (path) => Buffer.from(await (await fetch(BASE + path)).arrayBuffer());
  const loader = gzipSync(await bytes('/widget.js'), { level: 9 }).length;
  assert.ok(loader <= 5 * 1024, `the loader has ${loader} bytes`);
  const config = await (await fetch(`${BASE}/api/widget/config?website_token=acme-demo-widget`)).json();
  const chat = (await Promise.all([config.script, config.wasm].map(bytes))).reduce((sum, file) => sum + brotliCompressSync(file).length, 0);
  assert.ok(chat <= 130 * 1024, `the chat has ${chat} bytes`);

  // A second snippet on the same page changes nothing.
  await page.evaluate(() => window.hummdesk.run({ websiteToken: 'acme-demo-widget' }));
  assert.equal(await page.getByRole('button', { name: 'Open chat' }).count(), 1);
  await accessible(page);
});

journey('Kim and Anna talk, and nothing is lost or doubled', async ({ open }) => {
  const agent = await anna();
  const page = await open({ expected: [GONE] });
  const id = await begin(page, agent, unique('My thermostat lost its wifi'));
  await page.getByRole('button', { name: 'Not now' }).click();

  await agent.read(id);
  await page.getByText('Seen ·').waitFor();
  await agent.say(id, 'Hold the ring for ten seconds: https://acme.test/reset?model=1. <b onclick="x">Then</b> wait.');
  await page.getByText('Hold the ring').waitFor();
  const link = page.getByRole('link', { name: 'https://acme.test/reset?model=1' });
  assert.equal(await link.getAttribute('rel'), 'noopener noreferrer nofollow');
  await page.getByText('<b onclick="x">Then</b>').waitFor();

  // What is written without a connection waits and arrives once.
  await page.context().setOffline(true);
  await page.getByText('You are offline.').waitFor();
  const kept = unique('Written offline');
  await write(page, kept);
  await page.getByText('Waiting for a connection').waitFor();
  await page.context().setOffline(false);
  await page.getByText('Waiting for a connection').waitFor({ state: 'detached' });
  await page.getByText('You are offline.').waitFor({ state: 'detached' });
  await page.getByText('Sending').waitFor({ state: 'detached' });
  assert.equal(await page.getByText(kept).count(), 1);
  assert.equal((await agent.messages(id)).filter((message) => message.content === kept).length, 1);

  // Closed, the launcher counts; opened again, the draft is still there.
  await page.getByRole('textbox', { name: 'Write a message' }).fill('Not finished');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Open chat', exact: true }).waitFor();
  await agent.say(id, 'Does it blink now?');
  await page.getByRole('button', { name: 'Open chat, 1 unread' }).click();
  await page.getByText('Does it blink now?').waitFor();
  await page.getByRole('button', { name: 'Close chat', exact: true }).first().waitFor();

  await openChat(page);
  await page.getByRole('button', { name: /Does it blink now/ }).click();
  for (const words of ['My thermostat lost its wifi', 'Hold the ring', kept, 'Does it blink now?']) {
    await page.getByText(words).first().waitFor();
    assert.equal(await page.locator('.msg', { hasText: words }).count(), 1, words);
  }
  assert.equal(await page.getByRole('textbox', { name: 'Write a message' }).inputValue(), 'Not finished');
});

journey('Each sees the other typing', async ({ open }) => {
  const agent = await anna();
  const page = await open();
  const id = await begin(page, agent, unique('Is anybody there'));
  const desk = await open();
  await desk.goto(`${BASE}/demo`);
  await desk.evaluate(({ url, token, id }) => new Promise((resolve) => {
    globalThis.heard = [];
    const socket = new WebSocket(url);
    socket.onopen = () => socket.send(JSON.stringify({ type: 'authenticate', token }));
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data);
      globalThis.heard.push(frame);
      if (frame.event === 'ready') {
        socket.send(JSON.stringify({ type: 'join', room: `conversation:${id}` }));
        socket.send(JSON.stringify({ type: 'typing', conversation_id: id, on: true }));
        resolve();
      }
    };
  }), { url: `${BASE.replace('http', 'ws')}/ws`, token: agent.token, id });
  await page.getByText('is typing').waitFor({ state: 'attached' });
  await page.getByRole('textbox', { name: 'Write a message' }).pressSequentially('Yes');
  await desk.waitForFunction((id) => globalThis.heard.some((frame) => /typing/.test(frame.event) && frame.data.conversation_id === id && frame.data.on), id);
});

journey('Files travel, a closed conversation is rated', async ({ open }) => {
  const agent = await anna();
  const page = await open();
  const id = await begin(page, agent, unique('Here is the receipt'));
  await page.getByRole('textbox', { name: 'E-mail' }).fill('kim@');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('This does not look like an e-mail address.').waitFor();
  await page.getByRole('textbox', { name: 'E-mail' }).fill('kim@example.test');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Thank you. We write to you if you leave.').waitFor();

  await page.locator('input[type=file]').setInputFiles([{ name: 'receipt.txt', mimeType: 'text/plain', buffer: Buffer.from('89 €') }]);
  await page.getByText('1 kB').waitFor();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('link', { name: /receipt\.txt/ }).waitFor();
  await page.getByText('Sending').waitFor({ state: 'detached' });
  const file = (await agent.messages(id)).flatMap((message) => message.attachments)[0];
  assert.equal(await (await fetch(BASE + file.url)).text(), '89 €');

  await agent.resolve(id);
  await page.getByText('How did we do?').waitFor();
  await accessible(page);
  await page.getByRole('button', { name: 'Good', exact: true }).click();
  await page.getByRole('textbox', { name: 'Anything to add? (optional)' }).fill('Quick!');
  await page.getByRole('button', { name: 'Send rating' }).click();
  await page.getByText('Thank you for telling us.').waitFor();
  await openChat(page);
  await page.getByRole('button', { name: /Attachment|receipt/ }).first().click();
  await page.getByText('This conversation is closed.').waitFor();
  assert.equal(await page.getByText('How did we do?').count(), 0);
});

journey('The chat fits a phone, the night and five languages', async ({ open }) => {
  for (const [locale, launcher, start] of [
    ['en', 'Open chat', 'Start a conversation'],
    ['fi', 'Avaa keskustelu', 'Aloita keskustelu'],
    ['sv', 'Öppna chatten', 'Starta ett samtal'],
    ['de', 'Chat öffnen', 'Unterhaltung beginnen'],
    ['fr', 'Ouvrir la discussion', 'Démarrer une conversation'],
  ]) {
    const page = await open({ viewport: { width: 375, height: 720 }, colorScheme: locale === 'en' ? 'dark' : 'light' });
    await page.goto(`${BASE}/demo?locale=${locale}`);
    await page.getByRole('button', { name: launcher }).click();
    await page.getByRole('button', { name: start }).waitFor();
    await accessible(page);
    await fits(page);
    await page.getByRole('button', { name: start }).click();
    await accessible(page);
    await fits(page);
    await shot(page, `widget-phone-${locale}`);
    // The chat covers the page, so Tab stays in it until Escape.
    for (let stop = 0; stop < 12; stop += 1) {
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement?.id), 'hummdesk');
    }
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: launcher }).waitFor();
  }
});

journey('Another site with a strict policy can carry the chat', async ({ open }) => {
  const shop = createServer((_, answer) => {
    answer.writeHead(200, {
      'content-type': 'text/html',
      'content-security-policy': `default-src 'none'; script-src 'nonce-n' ${BASE} 'wasm-unsafe-eval'; connect-src ${BASE} ${BASE.replace('http', 'ws')}`,
    });
    answer.end(`<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,"><body><h1>Shop</h1><script nonce="n">
      window.heard = [];
      for (const name of ["ready", "opened", "closed", "on-message", "error"]) document.addEventListener("hummdesk:" + name, () => heard.push(name));
      window.hummdeskSettings = { position: "left", locale: "en", darkMode: "dark" };
      const s = document.createElement("script"); s.src = "${BASE}/widget.js";
      s.onload = () => hummdesk.run({ websiteToken: "acme-demo-widget", baseUrl: "${BASE}/" }); document.head.append(s);
    </script></body></html>`);
  });
  await new Promise((resolve) => { shop.listen(0, '127.0.0.1', resolve); });
  try {
    await carry(await open({ expected: [/favicon|img-src/] }), `http://127.0.0.1:${shop.address().port}/`);
  } finally {
    shop.closeAllConnections();
    shop.close();
  }
});

/** Another site's page: a message there and back, the events it hears, and signing out. */
async function carry(page, shop) {
  await openChat(page, shop);
  await page.getByRole('button', { name: 'Start a conversation' }).click();
  const words = unique('From another site');
  await write(page, words);
  await page.getByText('Sent ·').waitFor();
  const agent = await anna();
  await agent.say(await agent.conversation(words), 'Welcome!');
  await page.getByText('Welcome!').waitFor();
  await page.evaluate(() => window.hummdesk.toggle('close'));
  assert.deepEqual(await page.evaluate(() => window.heard), ['ready', 'opened', 'on-message', 'closed']);

  // Signing out of the host site leaves nothing of the visitor behind.
  await page.evaluate(() => window.hummdesk.reset());
  assert.equal(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('hummdesk:')).length), 0);
}
