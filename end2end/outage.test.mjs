// The network between Anna's browser and the product goes away while customers write: afterwards she has every message
// once, in order.
import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import { BASE, hydrated, journey, PASSWORD } from './lib/browser.mjs';

const OUTAGE_MS = 30_000;
const MESSAGES = 20;
const WEBSITE = 'acme-demo-widget';

/** A wire that can be cut: while it is, what is open breaks and what is new is refused. */
async function wire(target) {
  const { hostname, port } = new URL(target);
  const open = new Set();
  let whole = true;
  const server = createServer((near) => {
    if (!whole) return near.destroy();
    const far = connect(Number(port), hostname);
    for (const [one, other] of [[near, far], [far, near]]) {
      open.add(one);
      one.on('error', () => {}).on('close', () => { open.delete(one); other.destroy(); });
      one.pipe(other);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    cut() { whole = false; for (const socket of open) socket.destroy(); },
    mend() { whole = true; },
    close() { this.cut(); server.close(); },
  };
}

/** As the visitor with this token, or as somebody new. */
async function call(path, body, visitor) {
  const answer = await fetch(BASE + path, {
    method: 'POST', body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...(visitor && { 'x-website-token': WEBSITE, 'x-visitor-token': visitor }) },
  });
  assert.ok(answer.ok, `${path}: ${answer.status} ${answer.ok ? '' : await answer.text()}`);
  return answer.json();
}

journey('An outage of half a minute loses and doubles nothing', async ({ open }) => {
  const line = await wire(BASE);
  try {
    const anna = await open({ expected: [/ERR_|WebSocket|Failed to (load|fetch)/] });
    await anna.goto(`${line.url}/login`);
    await anna.fill('input[name=email]', 'anna@acme.test');
    await anna.fill('input[name=password]', PASSWORD);
    await Promise.all([anna.waitForURL((url) => !url.pathname.startsWith('/login')), anna.click('button[type=submit]')]);

    const { visitor_token: kim } = await call('/api/widget/session', { website_token: WEBSITE });
    const start = `The gate hums at night ${Date.now()}`;
    const { conversation: { id } } = await call('/api/widget/conversations', { content: start }, kim);
    await anna.goto(`${line.url}/inbox/all/${id}`);
    await hydrated(anna);
    await anna.locator('.msg .bubble', { hasText: start }).waitFor();
    const live = await call(`/api/widget/conversations/${id}/messages`, { content: 'before the outage' }, kim);
    await anna.locator('.msg .bubble', { hasText: live.content }).waitFor();

    const back = new Promise((resolve) => { setTimeout(resolve, OUTAGE_MS); });
    line.cut();
    await anna.getByText('No connection. Trying again…').waitFor();
    const said = [];
    for (let nth = 1; nth <= MESSAGES; nth += 1) {
      said.push((await call(`/api/widget/conversations/${id}/messages`, { content: `line ${nth} of the outage` }, kim)).content);
    }
    await back;
    assert.equal(await anna.locator('.msg .bubble', { hasText: 'of the outage' }).count(), 0);
    line.mend();

    await anna.locator('.msg .bubble', { hasText: said.at(-1) }).waitFor({ timeout: 30_000 });
    const shown = await anna.locator('.msg .bubble').allInnerTexts();
    assert.deepEqual(shown.map((text) => text.trim()).filter((text) => text.startsWith('line ')), said);
    assert.equal(shown.filter((text) => text.trim() === live.content).length, 1);
  } finally {
    line.close();
  }
});
