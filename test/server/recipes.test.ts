import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { freePort } from '../brokers/localServers.js';
import { debianBinary } from './debianBinary.js';
import { recipe } from './recipe.js';
import { serving } from './serving.js';

const folder = mkdtempSync(join(tmpdir(), 'headwater-recipes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const caddy = debianBinary('caddy', 'usr/bin/caddy', ['version']);

it.skipIf(caddy === undefined)(
  `a rolling restart behind the recipe for Caddy loses no request${caddy === undefined ? ' [skipped: there is no Caddy]' : ''}`,
  { timeout: 90_000 },
  async () => {
    const ports = [await freePort(), await freePort()] as const;
    const front = await freePort();
    const start = (port: number) =>
      serving({ port, allowHosts: ['news.example'], drainDelayMs: 2500, drainIdleMs: 500 });
    const servers = [await start(ports[0]), await start(ports[1])];
    const file = join(folder, 'Caddyfile');
    // Without certificates, which nobody gives a test.
    writeFileSync(
      file,
      `{\n admin off\n auto_https off\n}\n${recipe('caddyfile')
        .replace('news.example {', `http://news.example:${front} {\n\tbind 127.0.0.1`)
        .replace('8081', String(ports[0]))
        .replace('8082', String(ports[1]))}`,
    );
    const proxy = spawn(caddy ?? '', ['run', '--config', file, '--adapter', 'caddyfile'], {
      stdio: 'ignore',
      env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    });
    const agent = new Agent({ keepAlive: true });
    const ask = (): Promise<number | string> =>
      new Promise((resolve) => {
        const headers = { host: 'news.example', 'content-type': 'application/json' };
        request({ agent, host: '127.0.0.1', port: front, path: '/classify', method: 'POST', headers }, (response) => {
          response.resume().once('end', () => resolve(response.statusCode ?? 0));
        })
          .once('error', ({ message }) => resolve(message))
          .end('"ferry"');
      });
    try {
      await expect.poll(ask, { timeout: 60_000, interval: 200 }).toBe(200);
      const answers: (number | string)[] = [];
      let asking = true;
      const clients = Array.from({ length: 8 }, async () => {
        while (asking) {
          answers.push(await ask());
          await setTimeout(5);
        }
      });
      for (const [index, port] of ports.entries()) {
        servers[index]?.drain();
        await servers[index]?.ended;
        servers[index] = await start(port);
        // Caddy looks each second, and uses a server again that is well.
        const before = answers.length;
        await expect
          .poll(async () => await (await servers[index]?.get('/metrics'))?.text(), { timeout: 60_000 })
          .toMatch(/^headwater_headlines_total\{.*\} \d/m);
        expect(answers.length).toBeGreaterThan(before);
      }
      asking = false;
      await Promise.all(clients);
      expect(answers.filter((answer) => answer !== 200)).toEqual([]);
    } finally {
      agent.destroy();
      const exited = once(proxy, 'exit');
      proxy.kill('SIGTERM');
      await exited;
    }
  },
);

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

it.skipIf(!hasSystemd)(
  `the unit for systemd has nothing that systemd-analyze objects to${hasSystemd ? '' : ' [skipped: there is no systemd]'}`,
  () => {
    const unit = join(folder, 'headwater.service');
    // The program of the recipe may not be where it is on other machines.
    writeFileSync(unit, recipe('ini').replace('/usr/bin/node', process.execPath));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
    expect([status, stderr.split('\n').filter((line) => line.includes('headwater'))]).toEqual([0, []]);
  },
);
