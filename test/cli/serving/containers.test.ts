import { execFileSync } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { recipe } from '../../server/recipe.js';
import { start, workFolder } from '../headwater.js';
import { trainTiny } from '../tiny.js';

const cwd = workFolder();
beforeAll(() => trainTiny(cwd));

/** What stands in a recipe of docs/serve.md, by the language of its fence. */
const written = (language: string, pattern: RegExp): readonly string[] => {
  const found = Array.from(recipe(language).matchAll(pattern), (match) => match[1] ?? '');
  if (found.length === 0) throw new Error(`The recipe in ${language} has nothing like ${String(pattern)}.`);
  return found;
};

const listOf = (json: string): readonly string[] => JSON.parse(json.replaceAll("'", '"')) as readonly string[];

/** The status of a probe, which names the host that the recipe says. */
const probe = (port: number, path: string, host: string): Promise<number> =>
  new Promise((done, fail) => {
    request({ host: '127.0.0.1', port, path, headers: { host } }, (response) => {
      response.resume();
      done(response.statusCode ?? 0);
    })
      .on('error', fail)
      .end();
  });

it('the recipes for Docker and Kubernetes start a server that their probes find', async () => {
  const entry = listOf(written('dockerfile', /^ENTRYPOINT (\[.*\])$/gm)[0] ?? '[]');
  const args = listOf(written('yaml', /args: (\[.*?\])/g)[0] ?? '[]');
  const [name] = written('yaml', /env: \[\{ name: (\w+)/g);
  // Everything behind the program, but for the folder of the model and the port, which may be taken here.
  const command = [...entry.slice(entry.indexOf('serve')), ...args].map((arg) =>
    arg === 'models/news' ? 'model' : arg,
  );
  const { child, until } = start([...command, '--port', '0', '--warm-up', '0'], {
    cwd,
    env: { [name ?? '']: 'a-token-of-32-characters-at-least' },
  });
  const port = Number(/http:\/\/[^\s/]*:(\d+)/.exec(await until('stdout', /http:.*\n/))?.[1]);
  const probes = Array.from(
    recipe('yaml').matchAll(/httpGet: \{ path: (\S+), port: 8080, httpHeaders: \[\{ name: Host, value: (\w+) \}\] \}/g),
    ([, path = '', host = '']) => ({ path, host }),
  );
  expect(probes.map(({ path }) => path)).toEqual(['/readyz', '/healthz']);
  for (const { path, host } of probes) await expect.poll(() => probe(port, path, host), { timeout: 20_000 }).toBe(200);
  expect(await probe(port, '/readyz', 'elsewhere')).toBe(421);

  // Going down, it is not ready and still well, for as long as `--drain-delay` says.
  child.kill('SIGTERM');
  await expect.poll(() => probe(port, '/readyz', 'headwater'), { timeout: 8_000 }).toBe(503);
  expect(await probe(port, '/healthz', 'headwater')).toBe(200);
  child.kill('SIGKILL');
});

it('the recipe for systemd starts a server that takes its signals', async () => {
  const [program, script, ...args] = (written('ini', /^ExecStart=(.*)$/gm)[0] ?? '').split(' ');
  // A program in between would get the signals in place of the server.
  expect([program, script]).toEqual(['/usr/bin/node', 'node_modules/headwater/dist/cli/main.js']);
  const log = join(cwd, 'access.jsonl');
  const here: Readonly<Record<string, string>> = {
    'models/news': 'model',
    '/var/lib/headwater': join(cwd, 'state'),
    '/var/log/headwater/access.jsonl': log,
  };
  const { child, ended, until } = start([...args.map((arg) => here[arg] ?? arg), '--port', '0'], { cwd });
  const port = Number(/http:\/\/[^\s/]*:(\d+)/.exec(await until('stdout', /http:.*\n/))?.[1]);
  expect(await probe(port, '/healthz', 'localhost')).toBe(200);

  const [reload] = written('ini', /^ExecReload=(.*)$/gm);
  renameSync(log, `${log}.1`);
  execFileSync('/bin/sh', ['-c', reload ?? ''], { env: { MAINPID: String(child.pid) } });
  await expect.poll(() => existsSync(log), { timeout: 20_000 }).toBe(true);
  expect(await probe(port, '/healthz', 'localhost')).toBe(200);
  child.kill('SIGTERM');
  expect((await ended).status).toBe(0);
});
