import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { freePort } from '../brokers/localServers.js';
import { debianBinary } from './debianBinary.js';
import { serving } from './serving.js';

const nginx = debianBinary('nginx', 'usr/sbin/nginx', ['-v']);
if (nginx === undefined) console.warn('No nginx, and none from Debian: the rolling restart behind it is not tested.');

/** What docs/serve.md recommends, for two servers. */
const configuration = (folder: string, port: number, upstreams: readonly number[]): string => `
daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 256; }
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  upstream headwater { ${upstreams.map((at) => `server 127.0.0.1:${at} max_fails=0;`).join(' ')} keepalive 16; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://headwater; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_next_upstream error timeout non_idempotent; }
  }
}`;

it.skipIf(nginx === undefined)('a rolling restart behind nginx loses no request', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-nginx-'));
  const ports = [await freePort(), await freePort()] as const;
  const front = await freePort();
  writeFileSync(join(folder, 'nginx.conf'), configuration(folder, front, ports));
  const start = (port: number) => serving({ port, allowHosts: ['headwater'], drainDelayMs: 100, drainIdleMs: 500 });
  const servers = [await start(ports[0]), await start(ports[1])];
  const proxy = spawn(nginx!, ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
  const agent = new Agent({ keepAlive: true });

  const ask = (): Promise<number | string> =>
    new Promise((resolve) => {
      const sent = request({ agent, host: '127.0.0.1', port: front, path: '/classify', method: 'POST' }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode ?? 0));
      });
      sent.setHeader('content-type', 'application/json');
      sent.once('error', ({ message }) => resolve(message));
      sent.end('"ferry"');
    });

  try {
    await expect.poll(ask, { timeout: 60_000 }).toBe(200);
    const answers: (number | string)[] = [];
    let asking = true;
    const clients = Array.from({ length: 12 }, async () => {
      while (asking) answers.push(await ask());
    });
    for (const [index, port] of ports.entries()) {
      const before = answers.length;
      servers[index]?.drain();
      await servers[index]?.ended;
      expect(answers.length).toBeGreaterThan(before);
      servers[index] = await start(port);
      await setTimeout(100);
    }
    asking = false;
    await Promise.all(clients);
    expect(answers.filter((answer) => answer !== 200)).toEqual([]);
  } finally {
    agent.destroy();
    const gone = once(proxy, 'exit');
    proxy.kill('SIGQUIT');
    await gone;
    rmSync(folder, { recursive: true });
  }
});
