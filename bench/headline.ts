/**
 * The time of one headline from its text to probabilities, compared with onnxruntime-node and the same network: the
 * file that `encodeOnnx` writes of a saved model. The two alternate in blocks of headlines, with one thread each. The
 * same code encodes the texts for both, because ONNX does not include this step.
 *
 *     npm run bench:headline -- --runtime FOLDER --titles FILE MODEL…
 *
 * FOLDER contains node_modules/onnxruntime-node (`npm install --ignore-scripts onnxruntime-node`). FILE has one
 * headline per line.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  encodeOnnx,
  LESSON_STEPS,
  loadArtifacts,
  padRows,
  promiseOf,
  raiseEngineFlags,
  restoreModel,
  rowEncoder,
  selectBackend,
  textPath,
} from 'headwater';
import type { PaddedBatch } from 'headwater';

/** The parts of onnxruntime-node that are used here. */
interface Runtime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<Session>;
  };
  readonly Tensor: new (
    type: 'int64' | 'float32',
    data: BigInt64Array | Float32Array,
    dims: readonly number[],
  ) => object;
}
interface Session {
  readonly inputNames: readonly string[];
  run(feeds: Readonly<Record<string, object>>): Promise<{ readonly probabilities: { readonly data: Float32Array } }>;
}

const { values, positionals } = parseArgs({
  options: { runtime: { type: 'string', default: '.' }, titles: { type: 'string', default: 'titles.txt' } },
  allowPositionals: true,
});
const { InferenceSession, Tensor } = createRequire(join(resolve(values.runtime), 'index.js'))(
  'onnxruntime-node',
) as Runtime;
const titles = readFileSync(values.titles, 'utf8').split('\n').filter(Boolean).slice(0, 2000);

const whole = (data: ArrayLike<number>, dims: readonly number[]): object => {
  const values = new BigInt64Array(data.length);
  for (let i = 0; i < data.length; i++) values[i] = BigInt(data[i]!);
  return new Tensor('int64', values, dims);
};

/** The inputs of a graph for one row. */
const feedsOf = (
  { inputNames }: Session,
  { tokens, lengths, time, vectorIds, features }: PaddedBatch,
): Readonly<Record<string, object>> => {
  const make: Readonly<Record<string, () => object>> = {
    tokens: () => whole(tokens, [1, time]),
    lengths: () => whole(lengths, [1]),
    vector_ids: () => whole(vectorIds!, [1, time]), // a graph has only the inputs that its model uses
    rows: () => whole([1], [1]),
    feature_rows: () => new Tensor('int64', new BigInt64Array(features!.ids.length), [features!.ids.length]),
    feature_ids: () => whole(features!.ids, [features!.ids.length]),
    feature_values: () => new Tensor('float32', features!.values, [features!.values.length]),
  };
  return Object.fromEntries(inputNames.map((name) => [name, make[name]!()]));
};

const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
const inMicroseconds = (times: readonly number[]): string => {
  const sorted = Float64Array.from(times).sort();
  return `p50 ${(1e3 * quantile(sorted, 0.5)).toFixed(1)} µs, p95 ${(1e3 * quantile(sorted, 0.95)).toFixed(1)} µs`;
};

/** The number of headlines that one of the two classifies before the other's turn. */
const BLOCK = 100;
/** The number of passes over all headlines; the first pass is the warm-up of both. */
const PASSES = 4;

raiseEngineFlags();
await promiseOf(selectBackend('headwater', { threads: 1 }));
for (const folder of positionals) {
  const artifacts = await promiseOf(loadArtifacts(folder));
  const { tokenizer, text = LESSON_STEPS, features, vectors } = artifacts;
  const model = restoreModel(artifacts);
  const path = textPath(text);
  const encoder = rowEncoder({ tokenizer, features, vectors, text, lookUp: path.lookUp });
  const read = (title: string): PaddedBatch =>
    padRows([{ id: 0, ...encoder.encodeText(path.textOf(title)) }], tokenizer.padIndex);
  const session = await InferenceSession.create(encodeOnnx(artifacts), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  });
  const times: { readonly ours: number[]; readonly theirs: number[]; readonly text: number[] } = {
    ours: [],
    theirs: [],
    text: [],
  };
  let stray = 0;
  for (let pass = 0; pass < PASSES; pass++)
    for (let from = 0; from < titles.length; from += BLOCK) {
      const block = titles.slice(from, from + BLOCK);
      const answers = block.map((title) => {
        const start = performance.now();
        const batch = read(title);
        const between = performance.now();
        const answer = model.predictBatch(batch);
        const end = performance.now();
        if (pass > 0) {
          times.text.push(between - start);
          times.ours.push(end - start);
        }
        return answer;
      });
      for (const [i, title] of block.entries()) {
        const start = performance.now();
        const { probabilities } = await session.run(feedsOf(session, read(title)));
        if (pass > 0) times.theirs.push(performance.now() - start);
        answers[i]!.forEach((p, c) => (stray = Math.max(stray, Math.abs(p - probabilities.data[c]!))));
      }
    }
  const half = (list: readonly number[]): number => quantile(Float64Array.from(list).sort(), 0.5);
  console.log(`${folder}: ${titles.length} headlines`);
  console.log(`  the text alone     ${inMicroseconds(times.text)}`);
  console.log(`  headwater          ${inMicroseconds(times.ours)}`);
  console.log(`  onnxruntime-node   ${inMicroseconds(times.theirs)}`);
  console.log(
    `  ratio of p50       ${(half(times.theirs) / half(times.ours)).toFixed(2)}; ` +
      `largest difference ${stray.toExponential(1)}`,
  );
  model.dispose();
}
