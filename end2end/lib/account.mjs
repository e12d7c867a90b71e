// An account of its own, for what would change the demo for other journeys.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BASE } from './browser.mjs';

/** Founds an account as an operator would; gives its admin's address and password, and `api(method, path, body)` as that admin. */
export async function found(name) {
  const email = `admin-${Math.random().toString(36).slice(2)}@new.test`;
  const password = 'hummdesk-journey';
  await promisify(execFile)(process.env.HUMMDESK_SERVER, ['create-account', '--name', name, '--admin-name', 'Mia', '--admin-email', email], {
    env: { ...process.env, HUMMDESK_ADMIN_PASSWORD: password },
  });
  const call = async (method, path, body, token) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const answer = await fetch(BASE + path, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const { access_token: token } = await call('POST', '/api/auth/login', { email, password });
  return { email, password, api: (method, path, body) => call(method, path, body, token) };
}
