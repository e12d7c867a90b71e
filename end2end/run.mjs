// Starts the product on a fresh data directory and a free port, runs the journeys in a real browser, stops it.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, readdirSync, existsSync, createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const output = join(here, 'output');
mkdirSync(output, { recursive: true });

const server = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug', 'hummdesk-server');
const built = spawnSync('cargo', ['build', '--bin', 'hummdesk-server'], { cwd: root, stdio: 'inherit' });
if (built.status !== 0 || !existsSync(server)) {
  console.error('end2end: the server does not build');
  process.exit(1);
}

const freePort = () => new Promise((resolve, reject) => {
  const probe = createServer();
  probe.once('error', reject);
  probe.listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});

const port = await freePort();
const data = mkdtempSync(join(tmpdir(), 'hummdesk-e2e-'));
// Run as root, the product gives PostgreSQL to a user of its own, who must be able to enter.
chmodSync(data, 0o755);
const log = join(output, 'server.log');
const environment = { ...process.env, HUMMDESK_SITE_ROOT: process.env.HUMMDESK_SITE_ROOT ?? join(root, 'target', 'site') };
delete environment.DATABASE_URL;
const product = spawn(server, ['serve', '--all-in-one', '--seed-demo', '--port', String(port), '--data', data], {
  cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true,
});
const sink = createWriteStream(log);
product.stdout.pipe(sink);
product.stderr.pipe(sink);
const ended = new Promise((resolve) => product.once('exit', resolve));
let stopped = false;
const stop = async () => {
  if (!stopped) {
    stopped = true;
    product.kill('SIGTERM');
    const late = setTimeout(() => product.kill('SIGKILL'), 35_000);
    await ended;
    clearTimeout(late);
    rmSync(data, { recursive: true, force: true });
  }
};
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop().then(() => process.exit(130)));

const base = `http://127.0.0.1:${port}`;
const ready = async () => {
  const deadline = Date.now() + 300_000;
  while (Date.now() < deadline) {
    if (product.exitCode !== null) return false;
    try {
      if ((await fetch(`${base}/ready`)).ok) return true;
    } catch { /* not listening yet */ }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return false;
};

let status = 1;
if (await ready()) {
  const chosen = process.argv.slice(2);
  const files = (chosen.length ? chosen : readdirSync(here).filter((name) => name.endsWith('.test.mjs'))).map((name) => join(here, name));
  const tests = spawn(process.execPath, ['--test', '--test-concurrency=1', '--test-reporter=spec', ...files], {
    cwd: root, stdio: 'inherit', env: { ...environment, HUMMDESK_BASE_URL: base, HUMMDESK_SERVER: server, HUMMDESK_DATA: data },
  });
  status = await new Promise((resolve) => tests.once('exit', (code) => resolve(code ?? 1)));
} else {
  console.error(`end2end: the server did not become ready; the end of ${log}:`);
  console.error(readFileSync(log, 'utf8').split('\n').slice(-30).join('\n'));
}
await stop();
process.exit(status);
