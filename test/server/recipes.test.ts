import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { freePort } from '../brokers/localServers.js';
import { debianBinary } from './debianBinary.js';
import { recipe } from './recipe.js';
import { serving } from './serving.js';

const folder = mkdtempSync(join(tmpdir(), 'headwater-recipes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const caddy = debianBinary('caddy', 'usr/bin/caddy', ['version']);

it.skipIf(caddy === undefined)(
  `the recipe for Caddy passes on what is asked${caddy === undefined ? ' [skipped: there is no Caddy]' : ''}`,
  { timeout: 60_000 },
  async () => {
    const ports = [await freePort(), await freePort(), await freePort()] as const;
    const servers = [
      await serving({ port: ports[0], allowHosts: ['news.example'] }),
      await serving({ port: ports[1], allowHosts: ['news.example'], drainDelayMs: 2500, drainIdleMs: 500 }),
    ] as const;
    const file = join(folder, 'Caddyfile');
    // Without certificates, which nobody gives a test.
    writeFileSync(
      file,
      `{\n admin off\n auto_https off\n}\n${recipe('caddyfile')
        .replace('news.example {', `http://news.example:${ports[2]} {\n\tbind 127.0.0.1`)
        .replace('8081', String(ports[0]))
        .replace('8082', String(ports[1]))}`,
    );
    const proxy = spawn(caddy ?? '', ['run', '--config', file, '--adapter', 'caddyfile'], {
      stdio: 'ignore',
      env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    });
    const asked = async (): Promise<number> => {
      const child = spawn('curl', [
        ...[
          '-s',
          '-o',
          '/dev/null',
          '-w',
          '%{http_code}',
          '-H',
          'Host: news.example',
          '-H',
          'content-type: application/json',
        ],
        ...['-d', '"ferry"', `http://127.0.0.1:${ports[2]}/classify`],
      ]);
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      await once(child, 'close');
      return Number(out);
    };
    try {
      await expect.poll(asked, { timeout: 60_000, interval: 200 }).toBe(200);
      // One of the two goes, and nobody notices.
      servers[1].drain();
      const gone = { already: false };
      void servers[1].ended.then(() => (gone.already = true));
      const answers: number[] = [];
      while (!gone.already) answers.push(await asked());
      for (let times = 0; times < 4; times++) answers.push(await asked());
      expect(answers.filter((status) => status !== 200)).toEqual([]);
    } finally {
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
