/**
 * Whether Headwater and PyTorch reach the same loss from the same weights on the same batches. It prints one JSON line
 * per comparison.
 *
 *     samePath.ts NEWS_CSV --peer python3 [--threads 2] [--steps 50] [--batch 64]
 *
 * There is no dropout, because each side has its own random numbers. The optimizer is Adam with a learning rate of
 * 1e-3. The loss after the steps is the mean over their batches. It ends with status 1 where two losses differ by more
 * than a thousandth; a speed comparison would then be meaningless.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  classifier,
  classifierConfig,
  encodeSafetensors,
  type LabelledBatch,
  raiseEngineFlags,
  registerBackend,
} from 'headwater';
import { backendVariant } from './built.js';
import { say } from './Figure.js';
import { readWorkload, similarBatches } from './workload.js';

const TOLERANCE = 1e-3;

const CASES = [
  { model: 'gru', reading: 'packed' },
  { model: 'gru', reading: 'padded' },
  { model: 'rnn', reading: 'packed' },
] as const;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peer: { type: 'string', default: 'python3' },
    threads: { type: 'string', default: '2' },
    steps: { type: 'string', default: '50' },
    batch: { type: 'string', default: '64' },
  },
});

raiseEngineFlags();
registerBackend({ threads: Number(options.threads) });
const { simd, threads } = backendVariant();
const { tokenizer, labelEncoder, encoded } = await readWorkload(positionals[0] ?? '');
const given = similarBatches(encoded, Number(options.batch)).slice(0, Number(options.steps));

const asJson = ({ size, time, tokens, lengths, labels }: LabelledBatch) => ({
  size,
  time,
  tokens: [...tokens],
  lengths: [...lengths],
  labels: [...labels],
});

const folder = mkdtempSync(join(tmpdir(), 'headwater-bench-'));
const weightsFile = join(folder, 'weights.safetensors');
const batchesFile = join(folder, 'batches.json');

try {
  writeFileSync(batchesFile, JSON.stringify(given.map(asJson)));
  for (const { model: cell, reading } of CASES) {
    const model = classifier(
      classifierConfig({
        cell,
        vocabularySize: tokenizer.size,
        classes: labelEncoder.size,
        dropout: 0,
        overPadding: reading === 'padded',
      }),
      { seed: 50 },
    );
    writeFileSync(weightsFile, encodeSafetensors(model.stateDict()));
    const losses = given.map((batch, step) => model.trainBatch(batch, { epoch: 1, step, learningRate: 1e-3 }).loss);
    const ours = given.reduce((sum, batch) => sum + model.evaluateBatch(batch).loss, 0) / given.length;
    model.dispose();

    const printed = execFileSync(
      options.peer,
      [join(import.meta.dirname, 'same_path_peer.py'), weightsFile, batchesFile, cell, reading, options.threads],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const theirs = JSON.parse(printed) as { readonly losses: readonly number[]; readonly after: number };
    const difference = Math.abs(ours - theirs.after) / theirs.after;
    const worst = Math.max(...losses.map((loss, i) => Math.abs(loss - theirs.losses[i]!) / theirs.losses[i]!));
    const agrees = difference <= TOLERANCE;
    say({
      what: 'same_path',
      backend: 'headwater',
      threads,
      simd,
      model: cell,
      reading,
      steps: given.length,
      loss: ours,
      peer_loss: theirs.after,
      relative_difference: difference,
      worst_step: worst,
      agrees,
    });
    if (!agrees) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
