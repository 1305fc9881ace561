/**
 * Headwater on the lesson's workload, measured like PyTorch in ../shared/bench/pytorch_peer.py: one JSON line per
 * figure. It runs in its own process.
 *
 *     ours.ts NEWS_CSV [--only train,eval,latency,pipeline] [--models gru,rnn] [--backend headwater]
 *                      [--batch 64] [--hidden 128] [--threads 2] [--simd auto] [--seconds 3] [--quickest]
 *
 * Batches are built before the measurement starts; `pipeline` measures how they are built. A backend that does not load
 * has no figures, and stderr gives the reason. With --quickest, the rate is that of the fastest step on one batch of
 * medium length. Use it for tuning on a busy machine.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import {
  type BackendName,
  type Cell,
  classifierConfig,
  padRows,
  preprocessText,
  raiseEngineFlags,
  registerBackend,
} from 'headwater';
import { backendVariant } from './built.js';
import { ENGINE, say } from './Figure.js';
import { measure } from './measure.js';
import { loadBackend, modelOn } from './modelOn.js';
import { pipelineInMemory, pipelineStreamed } from './pipeline.js';
import { readWorkload, similarBatches } from './workload.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: 'train,eval,latency,pipeline' },
    models: { type: 'string', default: 'gru,rnn' },
    backend: { type: 'string', default: 'headwater' },
    batch: { type: 'string', default: '64' },
    hidden: { type: 'string', default: '128' },
    threads: { type: 'string', default: String(availableParallelism()) },
    simd: { type: 'string', default: 'auto' },
    seconds: { type: 'string', default: '3' },
    quickest: { type: 'boolean', default: false },
  },
});
const csv = positionals[0] ?? '';
const only = options.only.split(',');
const batch = Number(options.batch);
const seconds = Number(options.seconds);
const { simd: wanted } = options;
if (wanted !== 'auto' && wanted !== 'simd' && wanted !== 'none')
  throw new Error(`--simd is ${wanted}: give auto, simd or none.`);

// Like in the command, before anything is compiled.
raiseEngineFlags();
registerBackend({ threads: Number(options.threads), simd: wanted });
const { simd, threads } = backendVariant();
const backend = options.backend as BackendName;
const refusal = await loadBackend(backend);
if (refusal !== undefined) {
  process.stderr.write(`${refusal}\n`);
  process.exit(0);
}
// Threads and kernels are settings of the embedded backend. Other backends choose their own.
const common = { backend, engine: ENGINE, ...(backend === 'headwater' && { threads, simd }) };

if (only.includes('pipeline')) {
  for (const [variant, pipeline] of Object.entries({ memory: pipelineInMemory, streamed: pipelineStreamed })) {
    const start = performance.now();
    const rows = await pipeline(csv, batch);
    const first = (rows * 1000) / (performance.now() - start);
    const { perSecond } = await measure(() => pipeline(csv, batch), { warmup: seconds / 2, seconds }, true);
    say({
      ...common,
      threads: 1,
      what: 'pipeline',
      variant,
      batch,
      rows_per_s: Math.round(perSecond),
      first_rows_per_s: Math.round(first),
    });
  }
}

if (['train', 'eval', 'latency'].some((what) => only.includes(what))) {
  const { rows, tokenizer, labelEncoder, encoded } = await readWorkload(csv);
  const all = similarBatches(encoded, batch);
  const byLength = [...all].filter(({ size }) => size === batch).sort((a, b) => a.time - b.time);
  const batches = options.quickest ? byLength.slice(byLength.length >> 1, (byLength.length >> 1) + 1) : all;
  for (const cell of options.models.split(',') as Cell[]) {
    const config = classifierConfig({
      cell,
      vocabularySize: tokenizer.size,
      classes: labelEncoder.size,
      hiddenDim: Number(options.hidden),
    });
    const model = modelOn(backend, config);
    const shape = { ...common, model: cell, batch, hidden: config.hiddenDim };
    const rate = async (
      what: string,
      duration: { warmup: number; seconds: number },
      step: (given: (typeof batches)[number], ordinal: number) => unknown,
    ): Promise<void> => {
      const { perSecond, p50Us, p99Us, leastUs } = await measure(
        (ordinal) => {
          const given = batches[ordinal % batches.length]!;
          const done = step(given, ordinal);
          return model.later ? Promise.resolve(done).then(() => given.size) : given.size;
        },
        duration,
        model.later,
      );
      say({
        ...shape,
        what,
        samples_per_s: Math.round(options.quickest ? (batch * 1e6) / leastUs : perSecond),
        p50_us: Math.round(p50Us),
        p99_us: Math.round(p99Us),
        max_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
      });
    };
    if (only.includes('train')) await rate('train', { warmup: 1, seconds }, (given, step) => model.train(given, step));
    if (only.includes('eval'))
      await rate('eval', { warmup: 0.5, seconds: seconds / 2 }, (given) => model.predict(given));
    if (only.includes('latency')) {
      const { p50Us, p99Us } = await measure(
        (ordinal) => {
          const tokens = tokenizer.encode(preprocessText(rows[ordinal % rows.length]!.title));
          const done = model.predict(padRows([{ id: 0, tokens }]));
          return model.later ? Promise.resolve(done).then(() => 1) : 1;
        },
        { warmup: 0.5, seconds: Math.min(1, seconds) },
        model.later,
      );
      say({
        ...common,
        what: 'latency',
        model: cell,
        batch: 1,
        hidden: config.hiddenDim,
        note: 'one headline, text to probabilities',
        p50_us: Number(p50Us.toFixed(1)),
        p99_us: Number(p99Us.toFixed(1)),
      });
    }
    model.dispose();
  }
}
