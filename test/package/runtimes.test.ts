import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as esbuild from 'esbuild';
import { chromium } from 'playwright-core';
import * as vite from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { root } from '../docs/fences.js';
import { chromiumPath } from '../page/chromiumPath.js';

const run = promisify(execFile);

/** Where Deno and Bun are: a folder that `npm install deno bun` was run in. */
const runtimes = process.env['HEADWATER_RUNTIMES'] ?? root;
const binary = (name: string): string => join(runtimes, 'node_modules/.bin', name);

const RUNTIMES = [
  { name: 'Node', file: process.execPath, args: [] },
  { name: 'Deno', file: binary('deno'), args: ['run', '--allow-all', '--node-modules-dir=manual'] },
  { name: 'Bun', file: binary('bun'), args: [] },
] as const;

for (const { name, file } of RUNTIMES)
  if (!existsSync(file)) {
    if (process.env['HEADWATER_REQUIRE_RUNTIMES'] !== undefined) throw new Error(`There is no ${file}.`);
    process.stderr.write(
      `There is no ${name} here (npm install deno bun in a folder that ` +
        'HEADWATER_RUNTIMES names): its tests are skipped.\n',
    );
  }

/** A project that has the package installed, as any other has. */
const project = mkdtempSync(join(tmpdir(), 'headwater-'));

const FEED = '<rss><channel><title>A</title><item><title>From a feed</title></item></channel></rss>';

const server = createServer((request, response) => {
  if (request.url === '/news.csv') response.end('title,category\nFerry returns,World\nCup final,Sports\n');
  else if (request.url === '/feed.xml') response.setHeader('content-type', 'application/rss+xml').end(FEED);
  else response.setHeader('content-type', 'text/event-stream').end('data: {"title":"From an event"}\n\n');
});

beforeAll(async () => {
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(root, join(project, 'node_modules/headwater'), 'junction');
  symlinkSync(join(root, 'node_modules/rxjs'), join(project, 'node_modules/rxjs'), 'junction');
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  for (const file of ['trainAndClassify.mjs', 'readAndServe.mjs'])
    cpSync(join(import.meta.dirname, file), join(project, file));
  writeFileSync(
    join(project, 'main.mjs'),
    "import { trainAndClassify } from './trainAndClassify.mjs';\nconsole.log(JSON.stringify(await " +
      'trainAndClassify(3)));\n',
  );
  new WebSocketServer({ server }).on('connection', (socket) => socket.send('From a socket\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(project, { recursive: true });
});

const learned = {
  learned: true,
  categories: ['Sports', 'Weather'],
  losses: [expect.any(Number), expect.any(Number)] as unknown,
};

describe.each(RUNTIMES)('$name', ({ file, args }) => {
  const here = it.skipIf(!existsSync(file));

  here('trains, saves, loads and classifies on the embedded kernels, with threads', async () => {
    const { stdout } = await run(file, [...args, 'main.mjs'], { cwd: project });
    expect(JSON.parse(stdout)).toEqual({
      ...learned,
      simd: expect.stringMatching(/simd|relaxed|wide/) as unknown,
      threads: 3,
    });
  });

  here('reads CSV, feeds, events and WebSockets, writes files, and serves a model', async () => {
    const { port } = server.address() as AddressInfo;
    const { stdout } = await run(file, [...args, 'readAndServe.mjs', `http://127.0.0.1:${port}`], { cwd: project });
    expect(JSON.parse(stdout)).toEqual({
      csv: 2,
      feed: 'From a feed',
      events: 'From an event',
      socket: 'From a socket',
      written: 'written',
      served: 'Sports',
    });
  });
});

/** Bundlers that make one module of the program, as the user of each would. */
const BUNDLERS = {
  esbuild: async (entry: string): Promise<string> => {
    const options = { bundle: true, write: false, format: 'esm', platform: 'browser', logLevel: 'error' } as const;
    const { outputFiles } = await esbuild.build({ entryPoints: [entry], ...options });
    return outputFiles[0]?.text ?? '';
  },
  vite: async (entry: string): Promise<string> => {
    const outDir = join(project, 'dist');
    const output = { entryFileNames: 'main.js', codeSplitting: false };
    const build = { outDir, emptyOutDir: false, rolldownOptions: { input: entry, output } };
    await vite.build({ configFile: false, root: project, logLevel: 'error', build });
    return readFileSync(join(outDir, 'main.js'), 'utf8');
  },
};

describe.skipIf(chromiumPath === undefined)('a browser', () => {
  it.each([
    { what: 'with one thread, built by Vite', bundler: 'vite', isolated: false, threads: 1 },
    {
      what: 'with threads where the page is cross-origin isolated, built by esbuild',
      bundler: 'esbuild',
      isolated: true,
      threads: 2,
    },
  ] as const)('trains, saves, loads and classifies $what', async ({ bundler, isolated, threads }) => {
    const entry = join(project, `${bundler}.mjs`);
    writeFileSync(
      entry,
      "import { trainAndClassify } from './trainAndClassify.mjs';\n" +
        `globalThis.result = trainAndClassify(${isolated ? 2 : 'undefined'});\n`,
    );
    const program = await BUNDLERS[bundler](entry);
    const site = createServer((request, response) => {
      if (isolated)
        response
          .setHeader('cross-origin-opener-policy', 'same-origin')
          .setHeader('cross-origin-embedder-policy', 'require-corp');
      if (request.url === '/main.js') response.setHeader('content-type', 'text/javascript').end(program);
      else
        response
          .setHeader('content-type', 'text/html')
          .end('<!doctype html><script type="module" src="main.js"></script>');
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
      await page.waitForFunction("'result' in globalThis");
      expect(await page.evaluate('globalThis.result')).toEqual({
        ...learned,
        simd: expect.any(String) as unknown,
        threads,
      });
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
      site.close();
      site.closeAllConnections();
    }
  });
});
