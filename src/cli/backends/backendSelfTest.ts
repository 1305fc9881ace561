/**
 * The program of a separate process. It compares a backend's results with the reference on a small model, and measures
 * its speed on a model of the requested size.
 *
 * Its argument is a {@link SelfTestTask} as JSON, and it writes a {@link SelfTestResult}.
 */
import { isLeft } from 'fp-ts/lib/Either.js';
import { firstValueFrom, isObservable, type Observable } from 'rxjs';
import type { LabelledBatch } from '../../contracts/rows/PaddedBatch.js';
import { type ClassifierConfig, classifierConfig } from '../../models/ClassifierConfig.js';
import { classifierOn } from '../../models/internal/classifierOn.js';
import { raiseEngineFlags } from '../../ops/kernels/simd/machine/engineFlags.js';
import { registerEmbedded } from '../../ops/backends/registerEmbedded.js';
import { selectBackend } from '../../ops/backends/selectBackend.js';
import type { SelfTestResult, SelfTestTask } from './selfTest.js';

/** Tokens of the longest row: about the length of a headline. */
const TIME = 12;

/** The duration of the speed measurement. Milliseconds. */
const TIMED = 400;

const REFERENCE = 'reference';

const batchOf = (
  size: number,
  { vocabularySize, classes }: Pick<ClassifierConfig, 'vocabularySize' | 'classes'>,
  seed: number,
): LabelledBatch => {
  const lengths = Int32Array.from({ length: size }, (_, row) => 4 + ((row * 7 + seed) % (TIME - 3)));
  const tokens = Int32Array.from({ length: size * TIME }, (_, at) => {
    const [row, t] = [Math.floor(at / TIME), at % TIME];
    return t < lengths[row]! ? 1 + ((at * 31 + seed * 17) % (vocabularySize - 1)) : 0;
  });
  return {
    size,
    time: TIME,
    tokens,
    lengths,
    ids: Int32Array.from({ length: size }, (_, row) => row),
    labels: Int32Array.from({ length: size }, (_, row) => (row + seed) % classes),
  };
};

/** The answer of a model, which is synchronous or an Observable. */
const answered = async <T>(answer: T | Observable<T>): Promise<T> =>
  isObservable(answer) ? firstValueFrom(answer) : answer;

/** The results of three training steps and a prediction on a backend. */
const numbersOf = async (backend: string, config: ClassifierConfig): Promise<readonly number[]> => {
  const model = classifierOn(config, { seed: 1, backend });
  const losses: number[] = [];
  for (const step of [1, 2, 3])
    losses.push(
      (await answered(model.trainBatch(batchOf(5, config, step), { epoch: 1, step, learningRate: 1e-2 }))).loss,
    );
  return [...losses, ...(await answered(model.predictBatch(batchOf(5, config, 4))))];
};

const test = async ({ backend, config, batchSize, work, threads }: SelfTestTask): Promise<SelfTestResult> => {
  const selected = await selectBackend(backend, threads === undefined ? {} : { threads })();
  if (isLeft(selected)) return { passed: false, fault: 'absent', reason: selected.left.message };
  const { name, reason } = selected.right;
  // A software implementation would compete with the embedded kernels for the processor, and would need seconds to
  // compile its shaders.
  if (reason.includes('software on the processor')) return { passed: false, fault: 'absent', reason };
  registerEmbedded(REFERENCE, undefined);
  const small = classifierConfig({
    ...config,
    vocabularySize: 30,
    classes: 3,
    embeddingDim: 6,
    hiddenDim: 8,
    fcDim: 5,
  });
  const [expected, actual] = [await numbersOf(REFERENCE, small), await numbersOf(name, small)];
  const off = Math.max(...expected.map((value, at) => Math.abs(value - (actual[at] ?? NaN))));
  // Not `off > …`: NaN must also count as a deviation.
  if (!(off <= 1e-4))
    return {
      passed: false,
      fault: 'numbers',
      reason: `Its numbers are not the reference's: they are off by ${off.toPrecision(2)}.`,
    };

  const model = classifierOn(config, { seed: 1, backend: name });
  const once = (step: number): Promise<unknown> =>
    work === 'train'
      ? answered<unknown>(model.trainBatch(batchOf(batchSize, config, step), { epoch: 1, step, learningRate: 1e-3 }))
      : answered<unknown>(model.predictBatch(batchOf(batchSize, config, step)));
  await once(0);
  const begun = performance.now();
  // Two at a time: a model with deferred answers gets the next request before it has answered the last one.
  let ahead = once(1);
  let steps = 1;
  while (performance.now() - begun < TIMED) {
    const next = once((steps += 1));
    await ahead;
    ahead = next;
  }
  await ahead;
  return { passed: true, rowsPerSecond: (steps * batchSize * 1000) / (performance.now() - begun) };
};

raiseEngineFlags();
const result = await test(JSON.parse(process.argv[2] ?? '') as SelfTestTask);
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
