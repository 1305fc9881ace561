/**
 * A process of its own: holds a backend's numbers to the reference's on a small model, and times it on one of the size
 * that is wanted.
 *
 * It is given, as JSON, a {@link SelfTestTask}, and writes a {@link SelfTestResult}.
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

/** Tokens of the longest row: about what a headline has. */
const TIME = 12;

/** How long it is timed, in ms. */
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

/** What a model answers, at once or later. */
const answered = async <T>(answer: T | Observable<T>): Promise<T> =>
  isObservable(answer) ? firstValueFrom(answer) : answer;

/** What three steps and a prediction give on a backend. */
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
  // It would take the processor from the kernels that are made for it, and seconds to make its shaders.
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
  // Not `off > …`: what is no number is off, too.
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
  // Two at a time: who answers later is asked for the next before it has answered.
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
