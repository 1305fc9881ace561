/**
 * The training speed of a wide GRU in Headwater: rows per second on batches of equal length, as one JSON line.
 *
 *     wideOurs.ts NEWS_CSV [--batch 128] [--hidden 128] [--threads 2] [--seconds 3] [--export FILE] [--quickest]
 *
 * With --export it writes the batches for wide_gru_peer.py and measures nothing.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { raiseEngineFlags, registerBackend, wideGru, wideGruConfig } from 'headwater';
import { backendVariant } from './built.js';
import { ENGINE, say } from './Figure.js';
import { measure } from './measure.js';
import { equalBatches, readWideWorkload, VECTOR_WORDS } from './wideWorkload.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    batch: { type: 'string', default: '128' },
    hidden: { type: 'string', default: '128' },
    threads: { type: 'string', default: String(availableParallelism()) },
    seconds: { type: 'string', default: '3' },
    export: { type: 'string' },
    quickest: { type: 'boolean', default: false },
  },
});
const { vocabularySize, classes, columns, encoded } = await readWideWorkload(positionals[0] ?? '');
const batch = Number(options.batch);
const batches = equalBatches(encoded, batch, 0);

if (options.export !== undefined) {
  const arrays = batches.map(({ size, time, tokens, vectorIds, features, labels }) => ({
    size,
    time,
    tokens: [...tokens],
    vectorIds: [...(vectorIds ?? [])],
    offsets: [...(features?.offsets ?? [])],
    ids: [...(features?.ids ?? [])],
    values: [...(features?.values ?? [])],
    labels: [...labels],
  }));
  writeFileSync(
    options.export,
    JSON.stringify({ vocabularySize, classes, columns, vectorWords: VECTOR_WORDS, batches: arrays }),
  );
  process.exit(0);
}

raiseEngineFlags();
registerBackend({ threads: Number(options.threads) });
const { simd, threads } = backendVariant();
const dims = 100;
const rows = Int8Array.from({ length: (VECTOR_WORDS + 1) * dims }, (_, i) => (i < dims ? 0 : ((i * 7919) % 255) - 127));
const vectors = { dims, rows, scales: new Float32Array(VECTOR_WORDS + 1).fill(1 / 127) };
const hidden = Number(options.hidden);
const config = wideGruConfig({
  classes,
  vocabularySize,
  columns,
  vectors: true,
  embeddingDim: dims,
  hiddenDim: hidden,
});
const model = wideGru(config, { seed: 1, vectors });
const middle = [...batches].sort((a, b) => a.time - b.time)[Math.floor(batches.length / 2)]!;
const step = (index: number): number => {
  const given = options.quickest ? middle : batches[index % batches.length]!;
  model.trainBatch(given, { epoch: 1, step: index, learningRate: 1e-3 });
  return given.size;
};
const timing = await measure(step, { warmup: 1, seconds: Number(options.seconds) });
say({
  engine: ENGINE,
  threads,
  simd,
  what: 'train',
  model: 'wide-gru',
  batch,
  hidden,
  samples_per_s: Math.round(options.quickest ? (batch / timing.leastUs) * 1e6 : timing.perSecond),
  p50_us: Math.round(timing.p50Us),
});
process.exit(0);
