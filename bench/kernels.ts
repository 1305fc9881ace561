/**
 * How fast the lesson's classifiers train, evaluate and answer on the embedded backend: one JSON line a figure.
 *
 *     node --import tsx bench/kernels.ts [--cells gru,rnn] [--batch 64] [--hidden 128] [--threads 2] [--simd relaxed|simd|none] [--seconds 3] [--rounds 3] [--only train,eval,latency] [--cpu | --quickest]
 *
 * Batches hold rows of similar length, and are built before the clock starts. The best of the rounds is reported.
 * With --cpu the clock is the processor time of this process, for a machine that is busy with other things: meaningful with one thread alone.
 * With --quickest the rate is that of one batch of middle length in its quickest step, which on a busy machine comes nearest to an idle one's.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { parse } from 'csv-parse/sync';
import { firstValueFrom, from } from 'rxjs';
import type { LabelledBatch } from '../src/contracts/PaddedBatch.js';
import { random } from '../src/contracts/random.js';
import { classifier } from '../src/models/classifier.js';
import { classifierConfig } from '../src/models/ClassifierConfig.js';
import type { Cell } from '../src/models/ClassifierConfig.js';
import { KernelMachine } from '../src/ops/kernels/simd/KernelMachine.js';
import { kernelModule } from '../src/ops/kernels/simd/kernelModule.js';
import { registerEmbedded } from '../src/ops/registerEmbedded.js';
import { preprocessText } from '../src/text/preprocessText.js';
import { Tokenizer } from '../src/text/Tokenizer.js';

const { values: options } = parseArgs({
  options: {
    cells: { type: 'string', default: 'gru,rnn' },
    batch: { type: 'string', default: '64' },
    hidden: { type: 'string', default: '128' },
    threads: { type: 'string', default: String(availableParallelism()) },
    simd: { type: 'string', default: 'relaxed' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'train,eval,latency' },
    cpu: { type: 'boolean', default: false },
    quickest: { type: 'boolean', default: false },
  },
});
const batchSize = Number(options.batch);
const seconds = Number(options.seconds);
const rounds = Number(options.rounds);
const threads = Number(options.threads);

if (options.simd === 'relaxed') setFlagsFromString('--experimental-wasm-relaxed-simd');
const compiled = options.simd === 'none' ? undefined : kernelModule(options.simd === 'simd' ? ['simd'] : ['relaxed', 'simd']);
const machine = compiled === undefined || compiled.simd === 'none' ? undefined : new KernelMachine(compiled, { threads });
registerEmbedded('bench', machine);
const simd = machine?.simd ?? 'none';

const newsCsv = process.env['NEWS_CSV'] ?? join(process.env['HEADWATER_SHARED'] ?? resolve(import.meta.dirname, '../../shared'), 'data/news.csv');
const rows = parse<{ title: string; category: string }>(readFileSync(newsCsv), { columns: true, skip_empty_lines: true }).filter(({ title, category }) => title !== '' && category !== '');
const texts = rows.map(({ title }) => preprocessText(title));
const classes = [...new Set(rows.map(({ category }) => category))].sort();
const tokenizer = await firstValueFrom(from(texts).pipe(Tokenizer.fit({ numTokens: 5000 })));
const encoded = texts.map((text, id) => ({ id, tokens: tokenizer.encode(text), label: classes.indexOf(rows[id]!.category) })).filter(({ tokens }) => tokens.length > 0);

const dice = random(1, 'test');
const shuffled = <T>(values: readonly T[]): T[] => {
  const out = [...values];
  for (let i = out.length - 1; i > 0; i--) {
    const j = dice.below(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
};
const toBatch = (part: typeof encoded): LabelledBatch => {
  const time = Math.max(...part.map(({ tokens }) => tokens.length));
  const tokens = new Int32Array(part.length * time);
  part.forEach((row, i) => tokens.set(row.tokens, i * time));
  return { size: part.length, time, tokens, lengths: Int32Array.from(part, (row) => row.tokens.length), ids: Int32Array.from(part, ({ id }) => id), labels: Int32Array.from(part, ({ label }) => label) };
};
const order = shuffled(encoded);
const batches: LabelledBatch[] = [];
for (let i = 0; i < order.length; i += batchSize * 100) {
  const window = order.slice(i, i + batchSize * 100).sort((a, b) => a.tokens.length - b.tokens.length);
  for (let j = 0; j + batchSize <= window.length; j += batchSize) batches.push(toBatch(window.slice(j, j + batchSize)));
}
const data = shuffled(batches);

const say = (record: object): void => void process.stdout.write(`${JSON.stringify({ backend: 'headwater', threads, simd, rounds, ...record })}\n`);

/** Milliseconds. */
const now = (): number => {
  if (!options.cpu) return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Rows per second of a step over the batches, the best of the rounds. */
const ratePerSecond = (step: (batch: LabelledBatch, at: number) => unknown): number => {
  if (options.quickest) {
    const mean = data.reduce((sum, { lengths }) => sum + lengths.reduce((a, b) => a + b, 0), 0) / data.length;
    const middle = data.find(({ lengths }) => Math.abs(lengths.reduce((a, b) => a + b, 0) - mean) < mean / 50) ?? data[0]!;
    let quickest = Infinity;
    const end = performance.now() + rounds * seconds * 1000;
    for (let at = 0; performance.now() < end; at++) {
      const start = performance.now();
      step(middle, at);
      quickest = Math.min(quickest, performance.now() - start);
    }
    return Math.round((middle.size * 1000) / quickest);
  }
  let best = 0;
  for (let round = 0; round <= rounds; round++) {
    const start = now();
    const limit = (round === 0 ? 0.3 : 1) * seconds * 1000;
    let n = 0;
    for (let at = 0; now() - start < limit; at++) {
      const batch = data[at % data.length]!;
      step(batch, at);
      n += batch.size;
    }
    if (round > 0) best = Math.max(best, (n * 1000) / (now() - start));
  }
  return Math.round(best);
};

for (const cell of options.cells.split(',') as Cell[]) {
  const config = classifierConfig({ cell, vocabularySize: tokenizer.size, classes: classes.length, hiddenDim: Number(options.hidden) });
  const model = classifier(config, { seed: 1, backend: 'bench' });
  const shape = { model: cell, batch: batchSize, hidden: config.hiddenDim };
  if (options.only.includes('train')) say({ what: 'train', ...shape, samples_per_s: ratePerSecond((batch, step) => model.trainBatch(batch, { epoch: 1, step, learningRate: 1e-3 })) });
  if (options.only.includes('eval')) say({ what: 'eval', ...shape, samples_per_s: ratePerSecond((batch) => model.predictBatch(batch)) });
  if (options.only.includes('latency')) {
    const times: number[] = [];
    for (let i = 0; i < 4000; i++) {
      const { title } = rows[i % rows.length]!;
      const start = now();
      const tokens = tokenizer.encode(preprocessText(title));
      if (tokens.length > 0) model.predictBatch({ size: 1, time: tokens.length, tokens: Int32Array.from(tokens), lengths: Int32Array.of(tokens.length), ids: Int32Array.of(0) });
      times.push((now() - start) * 1000);
    }
    const sorted = times.slice(2000).sort((a, b) => a - b);
    say({ what: 'latency', model: cell, note: 'one headline, text to probabilities', p50_us: Math.round(sorted[1000]!), p99_us: Math.round(sorted[1980]!) });
  }
  model.dispose();
}
