/**
 * The load that `headwater serve` can bear on this machine, and the share of the kernels' speed that remains behind
 * HTTP.
 *
 *     npm run bench:serve -- [--json FILE] [--rate 2000] [--seconds 10] [--connections 50] [--threads 2]
 *
 * The command runs in its own process with the lesson's GRU. Its weights are not trained, which does not change the
 * time. autocannon runs in this process, on the same cores. `paced` sends requests of one headline at a fixed rate over
 * many connections; `most` sends as many as are answered; `json` and `lines` send batches of 256 over four connections;
 * `kernels` is `classifyLive` with the same headlines in this process, without HTTP, while the server is idle. Every
 * answer must have the status 200. Run it on an otherwise idle machine.
 *
 * With `--peer` it is compared with FastAPI, uvicorn and PyTorch instead: bench/servePeer.ts.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { classifyLive, liveHeadline, raiseEngineFlags, registerBackend } from 'headwater';
import { bufferCount, from, lastValueFrom } from 'rxjs';
import { ENGINE, type Figure } from './Figure.js';
import { measure } from './measure.js';
import { untrainedModel } from './untrainedModel.js';

const { values: options } = parseArgs({
  options: {
    json: { type: 'string' },
    rate: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '50' },
    threads: { type: 'string', default: String(Math.min(2, availableParallelism())) },
  },
});
const [rate, seconds, connections] = [options.rate, options.seconds, options.connections].map(Number) as [
  number,
  number,
  number,
];

/** The largest allowed latency at the 99th percentile, in milliseconds. */
const BOUND_MS = 50;
const BATCH = 256;
/** The number of different bodies, which are sent in turn. */
const BODIES = 200;

raiseEngineFlags();
registerBackend({ threads: Number(options.threads) });
const { rows, tokenizer, labelEncoder, model, folder } = await untrainedModel('serve');
const titles = rows.map(({ title }) => title);

const server = spawn(
  process.execPath,
  [
    resolve(import.meta.dirname, '../dist/cli/main.js'),
    'serve',
    '--model',
    folder,
    '--port',
    '0',
    '--threads',
    options.threads,
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const [line] = (await once(server.stdout.setEncoding('utf8'), 'data')) as [string];
const url = new URL('/classify', line.trim()).href;

const batchAt = (index: number): readonly string[] =>
  Array.from({ length: BATCH }, (_, row) => titles[(index * BATCH + row) % titles.length]!);

/** Puts load on the server with the bodies in turn; the rate 0 means as many requests as are answered. */
const load = async (
  variant: string,
  bodies: readonly string[],
  type: string,
  each: number,
  clients: number,
  perSecond: number,
): Promise<Figure> => {
  const shared = {
    url,
    connections: clients,
    // With a rate, autocannon would add requests that it assumes were omitted while a connection waited, one per
    // millisecond and connection: forty times as many as are sent.
    ...(perSecond === 0 ? {} : { overallRate: perSecond, ignoreCoordinatedOmission: true }),
    requests: bodies.map((body) => ({ method: 'POST' as const, headers: { 'content-type': type }, body })),
  };
  await autocannon({ ...shared, duration: 2 });
  const { latency, requests, errors, timeouts, non2xx, duration } = await autocannon({ ...shared, duration: seconds });
  if (errors + timeouts + non2xx > 0)
    throw new Error(`${variant}: ${errors} errors, ${timeouts} timeouts, ${non2xx} answers other than 200.`);
  const figure: Figure = {
    what: 'serve',
    variant,
    batch: each,
    connections: clients,
    rate: perSecond,
    threads: Number(options.threads),
    engine: ENGINE,
    requests_per_s: Math.round(requests.total / duration),
    rows_per_s: Math.round((requests.total * each) / duration),
    p50_us: Math.round(latency.p50 * 1000),
    p99_us: Math.round(latency.p99 * 1000),
    max_us: Math.round(latency.max * 1000),
  };
  process.stderr.write(
    `${variant}: ${String(figure['requests_per_s'])} requests/s, ` +
      `${String(figure.rows_per_s)} headlines/s, p50 ${latency.p50} ms, p99 ${latency.p99} ms, ` +
      `most ${latency.max} ms\n`,
  );
  return figure;
};

/** The time of the same batches without HTTP. */
const kernels = async (): Promise<Figure> => {
  const headlines = titles.map((title, id) => liveHeadline({ id, title, source: 'bench', seen: 0 }));
  const classify = classifyLive({ model, tokenizer, labelEncoder });
  const timing = await measure(
    async (ordinal) => {
      const start = (ordinal * BATCH) % (headlines.length - BATCH);
      await lastValueFrom(from(headlines.slice(start, start + BATCH)).pipe(bufferCount(BATCH), classify));
      return BATCH;
    },
    { warmup: 2, seconds },
    true,
  );
  process.stderr.write(`kernels: ${Math.round(timing.perSecond)} headlines/s\n`);
  return {
    what: 'serve',
    variant: 'kernels',
    batch: BATCH,
    threads: Number(options.threads),
    engine: ENGINE,
    rows_per_s: Math.round(timing.perSecond),
  };
};

const figures: Figure[] = [
  {
    what: 'machine',
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memory_gb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    load_before: Number(loadavg()[0]!.toFixed(2)),
  },
];
const singles = titles.slice(0, BODIES).map((title) => JSON.stringify({ title }));
const batches = Array.from({ length: BODIES / 4 }, (_, index) => batchAt(index));
figures.push(
  await load('paced', singles, 'application/json', 1, connections, rate),
  await load('most', singles, 'application/json', 1, connections, 0),
  await load(
    'json',
    batches.map((batch) => JSON.stringify(batch)),
    'application/json',
    BATCH,
    4,
    0,
  ),
  await load(
    'lines',
    batches.map((batch) => batch.map((title) => `${JSON.stringify(title)}\n`).join('')),
    'application/x-ndjson',
    BATCH,
    4,
    0,
  ),
  await kernels(),
);
server.kill('SIGTERM');
const [status] = (await once(server, 'exit')) as [number | null];
model.dispose();
rmSync(folder, { recursive: true });

if (options.json !== undefined)
  writeFileSync(options.json, `[\n${figures.map((figure) => JSON.stringify(figure)).join(',\n')}\n]\n`);
for (const figure of figures.slice(1)) process.stdout.write(`${JSON.stringify(figure)}\n`);
if (status !== 0) throw new Error(`The server ended with status ${String(status)}.`);
if ((figures[1]?.p99_us ?? Infinity) >= BOUND_MS * 1000)
  process.stderr.write(`The bound of ${BOUND_MS} ms at the 99th percentile does not hold at ${rate} requests/s.\n`);
