/**
 * The speed of the library in a browser, beside the same code in Node and beside tfjs-layers in the same browser.
 *
 *     npm run bench:browser -- [--rounds 7] [--json FILE]
 *
 * The model is the lesson's GRU, with batches of 64 rows of the generated sample, on one thread. A figure is the
 * processor time for one row: of the process that draws the page in the browser, and of this process in Node. So a load
 * of the machine changes it little. The variants take turns, and the median of the rounds counts. The WebAssembly
 * backend of tfjs lacks a kernel for the gradient of the embedding; the benchmark adds one. It needs Chromium.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { raiseEngineFlags } from 'headwater';
import { chromium, type Page } from 'playwright-core';
import { BATCH } from '../site/browser/bench/workload.js';
import { root } from '../site/folders.js';
import { browserModules } from '../site/playground/browserModules.js';
import { median } from './Figure.js';
import { processorTime } from './processorTime.js';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, json: { type: 'string' } },
});

type Job = 'train' | 'classify';

/** A variant: how many milliseconds of processor time some steps take. */
interface Variant {
  readonly name: string;
  readonly steps: Readonly<Record<Job, number>>;
  readonly measure: (job: Job, steps: number) => Promise<number>;
}

const folder = mkdtempSync(join(tmpdir(), 'headwater-browser-'));
await build({
  ...browserModules,
  entryPoints: ['ours', 'layers'].map((name) => join(root, 'site/browser/bench', `${name}.ts`)),
  outdir: folder,
});

const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', wasm: 'application/wasm', html: 'text/html' };
const wasm = join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist');
const server = createServer(({ url = '/' }, response) => {
  const name = basename(url);
  const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
  response.setHeader('content-type', type);
  const file = join(url.startsWith('/wasm/') ? wasm : folder, name);
  if (name.endsWith('.html')) response.end(`<script type="module" src="/${name.replace('.html', '.js')}"></script>`);
  else if (existsSync(file)) response.end(readFileSync(file));
  else response.writeHead(404).end();
}).listen(0, '127.0.0.1');
await new Promise((listening) => server.once('listening', listening));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const executable = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const browser = await chromium.launch({
  executablePath: executable,
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
const devtools = await browser.newBrowserCDPSession();

/** The processor time of all pages, in milliseconds. Only one of them works at a time. */
const rendererTime = async (): Promise<number> => {
  const { processInfo } = (await devtools.send('SystemInfo.getProcessInfo')) as {
    readonly processInfo: readonly { readonly type: string; readonly cpuTime: number }[];
  };
  return processInfo.reduce((sum, { type, cpuTime }) => (type === 'renderer' ? sum + cpuTime * 1000 : sum), 0);
};

const inPage = async (name: string, file: string, backend: string, steps: Variant['steps']): Promise<Variant> => {
  const page: Page = await browser.newPage();
  await page.goto(`${origin}/${file}.html`);
  await page.waitForFunction('globalThis.subject !== undefined');
  const what = await page.evaluate(`globalThis.subject.prepare(${JSON.stringify(backend)})`);
  return {
    name: `${name} (${String(what)})`,
    steps,
    measure: async (job, count) => {
      const before = await rendererTime();
      await page.evaluate(`globalThis.subject.${job}(${count})`);
      return (await rendererTime()) - before;
    },
  };
};

const inNode = async (): Promise<Variant> => {
  raiseEngineFlags();
  const { ours } = await import('../site/browser/bench/ours.js');
  const what = await ours.prepare('');
  return {
    name: `Headwater in Node ${process.version} (${what})`,
    steps: { train: 60, classify: 200 },
    measure: (job, count) => processorTime(() => ours[job](count)),
  };
};

const browserName = `Chromium ${browser.version()}`;
const variants = [
  await inNode(),
  await inPage(`Headwater in ${browserName}`, 'ours', '', { train: 60, classify: 200 }),
  await inPage(`tfjs-layers in ${browserName}`, 'layers', 'cpu', { train: 1, classify: 1 }),
  await inPage(`tfjs-layers in ${browserName}`, 'layers', 'wasm', { train: 2, classify: 10 }),
];

const figures = variants.flatMap(({ name }) =>
  (['train', 'classify'] as const).map((job) => ({ name, job, perRowUs: [] as number[] })),
);
for (let round = -1; round < Number(options.rounds); round++)
  for (const { name, steps, measure } of variants)
    for (const job of ['train', 'classify'] as const) {
      if (steps[job] === 0) continue;
      const ms = await measure(job, steps[job]);
      // The first round compiles.
      if (round >= 0)
        figures.find((one) => one.name === name && one.job === job)?.perRowUs.push((ms * 1000) / (steps[job] * BATCH));
      process.stderr.write('.');
    }
process.stderr.write('\n');

for (const { name, job, perRowUs } of figures)
  if (perRowUs.length > 0)
    console.log(
      `${job}: ${name}: ${median(perRowUs).toPrecision(3)} µs a row ` +
        `(${Math.min(...perRowUs).toPrecision(3)} to ${Math.max(...perRowUs).toPrecision(3)})`,
    );
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(figures, undefined, 2)}\n`);

await browser.close();
server.close();
rmSync(folder, { recursive: true });
