/**
 * The number of headlines per second that workers classify from topic to topic, and what limits it.
 *
 *     npm run bench:scale -- [--brokers nats,kafka] [--headlines 40000] [--workers 1,2,4] [--rate 2000]
 *                             [--seconds 10] [--json FILE]
 *
 * `kernels` is `classifyLive` with the same headlines in this process, without a broker. `copy` is one minimal consumer
 * that copies, without a model. `work` is `headwater work` in the given number of processes with one thread each. The
 * pace is measured from the time when a twentieth of the results are stored until all are. `paced` publishes at a fixed
 * rate, and measures the time from publishing to reading the result. Each figure also has the processor time in seconds
 * that a thousand headlines cost the workers and the servers, which shows what limits the pace. Run it on an otherwise
 * idle machine. The server, the workers, the publisher and the reader share its cores. Kafka needs Node 22.22.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { classifyLive, liveHeadline, raiseEngineFlags, registerBackend } from 'headwater';
import { bufferCount, from, lastValueFrom } from 'rxjs';
import { noKafka } from '../test/brokers/kafka/kafkaServer.js';
import { natsProgram, NO_NATS } from '../test/brokers/natsServer.js';
import { kafkaTopics, natsTopics, type ScaleTopics, type Take } from './scaleTopics.js';
import { untrainedModel } from './untrainedModel.js';

const { values: options } = parseArgs({
  options: {
    brokers: { type: 'string', default: 'nats,kafka' },
    headlines: { type: 'string', default: '40000' },
    workers: { type: 'string', default: '1,2,4' },
    rate: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '10' },
    json: { type: 'string' },
  },
});
const [headlines, rate, seconds] = [options.headlines, options.rate, options.seconds].map(Number) as [
  number,
  number,
  number,
];

/** A figure of this benchmark. */
interface ScaleFigure {
  readonly broker: string;
  readonly what: 'kernels' | 'copy' | 'work' | 'paced';
  readonly workers: number;
  /** Headlines per second. */
  readonly pace: number;
  /** Processor time for a thousand headlines, in seconds. */
  readonly workerSeconds?: number;
  readonly serverSeconds?: number;
  /** The time from publishing to reading the result, in milliseconds. */
  readonly p50?: number;
  readonly p99?: number;
}

const MAIN = resolve(import.meta.dirname, '../dist/cli/main.js');
/** Clock ticks of /proc per second. */
const TICKS = 100;
/** The share of the results after which the pace is measured, so that the start of the workers is not counted. */
const BEGIN = 0.05;
const BATCH = 64;

/** The processor time of processes, in seconds; 0 where the system does not provide it. */
const processorSeconds = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    try {
      // The name, in brackets, may contain spaces.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return sum + (Number(fields[11]) + Number(fields[12])) / TICKS;
    } catch {
      return sum;
    }
  }, 0);

raiseEngineFlags();
registerBackend({ threads: 1 });
const { rows, tokenizer, labelEncoder, model, folder } = await untrainedModel('scale');

const titleOf = (at: number): string => rows[at % rows.length]?.title ?? '';
const messageOf = (at: number): string =>
  JSON.stringify({ title: titleOf(at), guid: String(at), published: new Date().toISOString() });

const figures: ScaleFigure[] = [];
const add = (figure: ScaleFigure): void => {
  figures.push(figure);
  const { broker, what, workers, pace, workerSeconds, serverSeconds, p50, p99 } = figure;
  console.log(
    [
      `${broker} ${what}${workers === 0 ? '' : ` ${workers}`}: ${Math.round(pace).toLocaleString('en-US')} headlines/s`,
      ...(workerSeconds === undefined ? [] : [`workers ${(workerSeconds * 1000).toFixed(1)} ms/1,000`]),
      ...(serverSeconds === undefined ? [] : [`server ${(serverSeconds * 1000).toFixed(1)} ms/1,000`]),
      ...(p50 === undefined || p99 === undefined ? [] : [`p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`]),
    ].join('  '),
  );
};

const measureKernels = async (): Promise<void> => {
  const classify = classifyLive({ model, tokenizer, labelEncoder });
  const live = Array.from({ length: headlines }, (_, id) =>
    liveHeadline({ id, title: titleOf(id), source: 'bench', seen: 0 }),
  );
  const run = (some: typeof live) => lastValueFrom(from(some).pipe(bufferCount(BATCH), classify));
  await run(live.slice(0, 2000));
  const [begun, used] = [performance.now(), process.cpuUsage()];
  await run(live);
  const { user, system } = process.cpuUsage(used);
  const workerSeconds = (user + system) / 1e6 / (headlines / 1000);
  add({
    broker: 'none',
    what: 'kernels',
    workers: 0,
    pace: headlines / ((performance.now() - begun) / 1000),
    workerSeconds,
  });
};

const spawned = (command: readonly string[]): ChildProcess =>
  spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit'] });
const workersOn = (topics: ScaleTopics, count: number): readonly ChildProcess[] =>
  Array.from({ length: count }, () =>
    spawned([
      ...[MAIN, 'work', '--model', folder, '--from', topics.from, '--to', topics.to],
      ...['--threads', '1', '--quiet', '--backend', 'headwater', '--group', 'work'],
    ]),
  );
const copiersOn = (topics: ScaleTopics): readonly ChildProcess[] => [
  spawned(['--import', 'tsx', join(import.meta.dirname, 'copyWorker.ts'), topics.from, topics.to]),
];
const ended = async (children: readonly ChildProcess[]): Promise<void> => {
  await Promise.all(
    children.map(async (child) => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    }),
  );
};
const pidsOf = (children: readonly ChildProcess[]): readonly number[] => children.flatMap(({ pid }) => pid ?? []);

/** Measures how fast the waiting headlines are processed. */
const measurePace = async (
  open: (take: Take) => Promise<ScaleTopics>,
  what: 'copy' | 'work',
  workers: number,
): Promise<void> => {
  let read = 0;
  let begun:
    { readonly at: number; readonly read: number; readonly worker: number; readonly server: number } | undefined;
  const topics = await open(() => (read += 1));
  await topics.publish(Array.from({ length: headlines }, (_, at) => messageOf(at)));
  const children = what === 'copy' ? copiersOn(topics) : workersOn(topics, workers);
  const now = () => ({
    at: performance.now(),
    read,
    worker: processorSeconds(pidsOf(children)),
    server: processorSeconds(topics.pids),
  });
  while (read < headlines) {
    await sleep(20);
    if (begun === undefined && read >= headlines * BEGIN) begun = now();
  }
  const end = now();
  const thousands = (end.read - (begun?.read ?? 0)) / 1000;
  add({
    broker: topics.name,
    what,
    workers,
    pace: (thousands * 1000) / ((end.at - (begun?.at ?? 0)) / 1000),
    workerSeconds: (end.worker - (begun?.worker ?? 0)) / thousands,
    serverSeconds: (end.server - (begun?.server ?? 0)) / thousands,
  });
  await ended(children);
  await topics.stop();
};

/** Measures the latency of headlines that are published at a fixed rate. */
const measureLatency = async (open: (take: Take) => Promise<ScaleTopics>, workers: number): Promise<void> => {
  const latencies: number[] = [];
  const topics = await open((text) => {
    const { published } = JSON.parse(text) as { readonly published: string };
    latencies.push(Date.now() - Date.parse(published));
  });
  const children = workersOn(topics, workers);
  // The workers are ready and their engine has compiled when they have answered one second's headlines.
  const warm = rate;
  await topics.publish(Array.from({ length: warm }, (_, at) => messageOf(at)));
  while (latencies.length < warm) await sleep(50);
  await sleep(1000);
  latencies.length = 0;
  const begun = performance.now();
  let sent = 0;
  while (sent < rate * seconds) {
    const due = Math.min(rate * seconds, Math.floor(((performance.now() - begun) / 1000) * rate));
    if (due > sent) await topics.publish(Array.from({ length: due - sent }, (_, i) => messageOf(sent + i)));
    sent = Math.max(sent, due);
    await sleep(5);
  }
  while (latencies.length < sent) await sleep(50);
  const sorted = latencies.toSorted((a, b) => a - b);
  const quantile = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
  const pace = sent / ((performance.now() - begun) / 1000);
  add({ broker: topics.name, what: 'paced', workers, pace, p50: quantile(0.5), p99: quantile(0.99) });
  await ended(children);
  await topics.stop();
};

const [cpu] = cpus();
console.log(
  `${cpu?.model ?? 'unknown processor'}, ${availableParallelism()} cores, ` +
    `Node ${process.versions.node}, load ${loadavg()[0]?.toFixed(1) ?? '?'}`,
);
await measureKernels();
model.dispose();
const opened = { nats: natsTopics, kafka: kafkaTopics };
for (const name of ['nats', 'kafka'] as const) {
  if (!options.brokers.split(',').includes(name)) continue;
  const missing = name === 'nats' ? (natsProgram === undefined ? NO_NATS : undefined) : noKafka;
  if (missing !== undefined) {
    console.log(`skipped: ${missing}`);
    continue;
  }
  await measurePace(opened[name], 'copy', 1);
  for (const workers of options.workers.split(',').map(Number)) await measurePace(opened[name], 'work', workers);
  await measureLatency(opened[name], 1);
}
rmSync(folder, { recursive: true, force: true });
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(figures, null, 2)}\n`);
