/**
 * The speed of Headwater in training, evaluation and prediction, compared with PyTorch on the same cores.
 *
 *     npm run bench -- [--peer python3] [--json FILE] [--rounds 3]
 *                      [--only train,eval,latency,pipeline,phases,scaling,layers]
 *                      [--batch 64] [--threads 2] [--seconds 3] [--simd auto]
 *                      [--backends headwater,tensorflow,webgpu,cpu] [--most-rows 2000000] [--node newer|none|PATH]
 *
 * `--peer` names a Python that has torch, pandas and numpy; without it only Headwater is measured. First, both sides
 * must reach the same loss from the same weights on the same batches; otherwise nothing is measured. Then they run
 * alternately, each in its own process, and medians are taken over the rounds. Each of `--backends` other than
 * `headwater` is measured where it loads, with the GRU, for at most one second per figure. Headwater is also measured
 * on a second engine, because engines differ in the vector instructions that they use: by default Node 24 from npm,
 * where an older version runs this; `--node` names another one. Run it on an otherwise idle machine.
 * `npm run bench:charts -- FILE` makes charts and tables for docs/performance.md from the figures.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { byThing, type Figure, overRounds } from './Figure.js';
import { newerNode } from './newerNode.js';
import { canPin, figuresOf, type Job, outcomeOf, pinned, script, scriptOn } from './processes.js';
import { ratios } from './ratios.js';
import { scaling } from './scaling.js';
import { newsCsv, peerScript } from './sources.js';
import { backends, comparison, forTerminal } from './tables.js';

const { values: options } = parseArgs({
  options: {
    peer: { type: 'string' },
    node: { type: 'string', default: 'newer' },
    json: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'train,eval,latency,pipeline,phases,scaling,layers' },
    batch: { type: 'string', default: '64' },
    threads: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    seconds: { type: 'string', default: '3' },
    simd: { type: 'string', default: 'auto' },
    backends: { type: 'string', default: 'headwater,tensorflow,webgpu,cpu' },
    'most-rows': { type: 'string', default: '2000000' },
  },
});
const only = options.only.split(',');
const { batch, threads, seconds, peer } = options;
/** The other backends that are measured besides the embedded one. */
const beside = options.backends.split(',').filter((name) => name !== 'headwater');
const second = options.node === 'none' ? undefined : options.node === 'newer' ? newerNode() : options.node;
const engines = [process.execPath, ...(second === undefined ? [] : [second])];
const rounds = Number(options.rounds);
if (!(Number.isSafeInteger(rounds) && rounds >= 1))
  throw new Error(`--rounds is ${options.rounds}: give a whole number of at least 1.`);
const csv = newsCsv();

const begun = performance.now();
const tell = (what: string): void =>
  void process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${what}\n`);

const figures: Figure[] = [
  {
    what: 'machine',
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memory_gb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    one_core_pinned: canPin,
    seconds: Number(seconds),
    rounds,
  },
];

const samePath = (python: string): void => {
  tell('the same path: 50 steps on both sides');
  try {
    figures.push(...figuresOf(script('samePath', csv, '--peer', python, '--threads', threads, '--batch', batch)));
  } catch (error) {
    process.stderr.write(
      'Headwater and the peer do not come to the same loss, or one of them failed: no speed is ' +
        `reported.\n${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exit(1);
  }
};

/** The jobs of one round; for each part, Headwater's job comes before the peer's. */
const jobsOfRound = (): readonly Job[] => {
  const compute = ['train', 'eval', 'latency'].filter((what) => only.includes(what)).join(',');
  const shape = ['--batch', batch, '--threads', threads, '--seconds', seconds];
  const ours = (what: string): readonly Job[] =>
    engines.map((node) => scriptOn(node, 'ours', csv, '--only', what, '--simd', options.simd, ...shape));
  const theirs = (what: string): readonly Job[] =>
    peer === undefined ? [] : [{ command: peer, args: [peerScript(), csv, '--only', what, ...shape] }];
  const on = (backend: string): Job =>
    script(
      'ours',
      csv,
      '--only',
      compute,
      '--backend',
      backend,
      '--models',
      'gru',
      '--batch',
      batch,
      '--threads',
      threads,
      '--seconds',
      String(Math.min(1, Number(seconds))),
    );
  return [
    ...(compute === '' ? [] : [...ours(compute), ...theirs(compute), ...beside.map(on)]),
    ...(only.includes('pipeline') ? [...ours('pipeline'), ...theirs('pipeline')].map(pinned) : []),
  ];
};

const measureRounds = (): void => {
  const measured: (readonly Figure[])[] = [];
  for (let round = 1; round <= rounds; round++) {
    measured.push(
      jobsOfRound().flatMap((job) => {
        const after = (option: string): string | undefined =>
          job.args.includes(option) ? job.args[job.args.indexOf(option) + 1] : undefined;
        tell(
          `round ${round} of ${rounds}: ${engines.includes(job.command) ? 'headwater' : 'peer'} ` +
            `${after('--only') ?? ''}${after('--backend') === undefined ? '' : ` on ${after('--backend') ?? ''}`}`,
        );
        const { figures: found, stderr } = outcomeOf(job);
        if (found.length === 0) tell(`it has no figures: ${stderr.trim()}`);
        return found;
      }),
    );
  }
  // Memory is the peak of the process and differs a little from round to round, so it is a measured value and not part
  // of a figure's identity.
  figures.push(...byThing(measured.flat()).map(overRounds), ...ratios(measured));
};

if (peer !== undefined) samePath(peer);
if (jobsOfRound().length > 0) measureRounds();
if (only.includes('layers')) {
  for (const backend of ['wasm', 'cpu']) {
    tell(`tfjs-layers on ${backend}`);
    figures.push(...figuresOf(script('layersPeer', csv, '--backend', backend, '--batch', batch)));
  }
}
if (only.includes('phases')) {
  for (const count of new Set(['1', threads])) {
    tell(`phases of a train step, threads ${count}`);
    for (const node of engines)
      figures.push(
        ...figuresOf(scriptOn(node, 'phases', csv, '--batch', batch, '--threads', count, '--seconds', seconds)),
      );
  }
}
if (only.includes('scaling')) {
  figures.push(
    ...(await scaling({
      csv,
      threads: Number(threads),
      batch: Number(batch),
      mostRows: Number(options['most-rows']),
      seconds: Math.min(1, Number(seconds)),
      tell,
    })),
  );
}

if (options.json !== undefined)
  writeFileSync(options.json, `[\n${figures.map((figure) => JSON.stringify(figure)).join(',\n')}\n]\n`);
process.stdout.write(`${forTerminal(comparison(figures))}\n`);
if (beside.length > 0) process.stdout.write(`${forTerminal(backends(figures))}\n`);
tell(
  options.json === undefined
    ? 'done; --json FILE keeps the figures'
    : `done: ${figures.length} figures in ${options.json}`,
);
