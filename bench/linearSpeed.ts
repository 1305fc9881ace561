/**
 * The training speed of the linear model in one setting, from titles to predictions of the validation rows, in train
 * rows × epochs per second of processor time, compared with scikit-learn. One JSON line per figure and round.
 *
 *     linearSpeed.ts TABLE [--peer python3] [--rounds 3] [--epochs 5]
 *
 * Both sides have the same rows of the split in memory. The peer hashes single words, pairs of words, and n-grams of
 * two to five characters inside words (HashingVectorizer), weights them (TfidfTransformer) and trains SGDClassifier. It
 * runs once in lower case (`lower`, fewer n-grams than Headwater), and once with the features as written added
 * (`cased`, more than Headwater, which adds only those that differ). Each side runs in its own process, alternately;
 * the start of the process is not counted. Processor time varies less than wall-clock time on a busy machine, and
 * includes the threads that compile and collect garbage.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  batchSource,
  DocumentFrequencies,
  evaluate,
  fetchHeadlines,
  fit,
  linearClassifier,
  linearConfig,
  linearRate,
  metrics,
  prepare,
  preprocess,
  rowEncoder,
  type Row,
  SIDES,
  textSteps,
  wideFeatures,
} from 'headwater';
import { filter, from, lastValueFrom, map, of, toArray } from 'rxjs';
import { ENGINE, say } from './Figure.js';
import { figuresOf, script } from './processes.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peer: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    epochs: { type: 'string', default: '5' },
    ours: { type: 'boolean', default: false },
  },
});
const [table = ''] = positionals;
const epochs = Number(options.epochs);

const rejections = { next: () => undefined };
const rows: readonly Row[] = await lastValueFrom(fetchHeadlines(table, { rejections }).pipe(toArray()));
const text = textSteps();
const row$ = from(rows);
const split = await lastValueFrom(prepare(row$, { text, rejections }));

/** Trains and measures Headwater's model once. */
const measureOurs = async (): Promise<void> => {
  const before = process.cpuUsage();
  const frequencies = await lastValueFrom(
    row$.pipe(
      filter(({ id }) => split.sideOf(id) === 'train'),
      preprocess({ text }),
      map((row) => row.text),
      DocumentFrequencies.fit({ cased: true }),
    ),
  );
  const features = wideFeatures(frequencies, { wordWeight: 0.5 });
  const encoder = rowEncoder({ tokenizer: split.tokenizer, features });
  const source = batchSource(split, { encoder, keepBytes: 2 ** 30 });
  const { labelEncoder } = split;
  const config = linearConfig({ classes: labelEncoder.size, columns: features.columns });
  const model = linearClassifier(config, { trainRows: split.rows.train, seed: split.seed });
  const schedule = linearRate();
  await lastValueFrom(of(source).pipe(fit(model, { epochs, learningRate: 1.5, schedule, keep: 'last', steps: [] })));
  const report = await lastValueFrom(
    source.batches('validation', 1).pipe(evaluate(model), metrics(labelEncoder.classes)),
  );
  const { user, system } = process.cpuUsage(before);
  const rate = (split.rows.train * epochs) / ((user + system) / 1e6);
  const f1 = Number(report.performance.overall.f1.toFixed(4));
  say({ engine: ENGINE, what: 'linear', rows: split.rows.train, rows_per_s: Math.round(rate), f1 });
};

if (options.ours) {
  await measureOurs();
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), 'headwater-bench-'));
try {
  const file = join(folder, 'sides.json');
  const sideRows = (side: (typeof SIDES)[number]) =>
    rows.filter(({ id }) => split.sideOf(id) === side).map(({ title, category }) => [title, category]);
  writeFileSync(file, JSON.stringify(Object.fromEntries(SIDES.map((side) => [side, sideRows(side)]))));
  const peer = join(import.meta.dirname, 'linear_speed_peer.py');
  for (let round = 0; round < Number(options.rounds); round++) {
    figuresOf(script('linearSpeed', table, '--ours', '--epochs', String(epochs))).forEach(say);
    if (options.peer === undefined) continue;
    for (const reading of ['lower', 'cased'])
      figuresOf({ command: options.peer, args: [peer, file, String(epochs), reading] }).forEach(say);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
