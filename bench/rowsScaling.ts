/**
 * The data path and the evaluation on tables of any length, once each: whether speed and memory stay constant. It
 * prints one JSON line per figure and runs in its own process.
 *
 *     rowsScaling.ts TABLE_CSV --what pipeline|eval [--batch 64] [--threads 2]
 *
 * `pipeline` runs `prepare` and the batches of all three sides. `eval` reads the table, encodes it and evaluates the
 * GRU on it, from CSV bytes to probabilities.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import {
  bucketByLength,
  classifier,
  classifierConfig,
  decode,
  evaluate,
  fetchCsv,
  headlineRow,
  LabelEncoder,
  preprocess,
  raiseEngineFlags,
  registerBackend,
  Tokenizer,
  tokenize,
} from 'headwater';
import { lastValueFrom, map, reduce, take, toArray } from 'rxjs';
import { backendVariant } from './built.js';
import { ENGINE, say } from './Figure.js';
import { pipelineStreamed } from './pipeline.js';
import { VOCABULARY } from './workload.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    what: { type: 'string', default: 'pipeline' },
    batch: { type: 'string', default: '64' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
});
const csv = positionals[0] ?? '';
const batchSize = Number(options.batch);

raiseEngineFlags();
registerBackend({ threads: Number(options.threads) });

const rows$ = fetchCsv(csv, { columns: ['title', 'category'] }).pipe(decode(headlineRow));

const evaluateAll = async (): Promise<() => Promise<number>> => {
  const known = await lastValueFrom(rows$.pipe(take(14_000), preprocess(), toArray()));
  const tokenizer = await lastValueFrom(
    rows$.pipe(
      take(14_000),
      preprocess(),
      map(({ text }) => text),
      Tokenizer.fit({ numTokens: VOCABULARY }),
    ),
  );
  const labelEncoder = LabelEncoder.of(known.map(({ category }) => category));
  const model = classifier(
    classifierConfig({ cell: 'gru', vocabularySize: tokenizer.size, classes: labelEncoder.size }),
    { seed: 1 },
  );
  return () =>
    lastValueFrom(
      rows$.pipe(
        preprocess(),
        tokenize(tokenizer, labelEncoder),
        bucketByLength({ batchSize }),
        evaluate(model),
        reduce((sum, { ids }) => sum + ids.length, 0),
      ),
    );
};

const run = options.what === 'eval' ? await evaluateAll() : () => pipelineStreamed(csv, batchSize);
const start = performance.now();
const rows = await run();
const perSecond = (rows * 1000) / (performance.now() - start);
const { simd, threads } = backendVariant();
say({
  what: 'scaling',
  axis: 'rows',
  of: options.what,
  backend: 'headwater',
  engine: ENGINE,
  threads: options.what === 'eval' ? threads : 1,
  simd,
  batch: batchSize,
  rows,
  rows_per_s: Math.round(perSecond),
  max_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
});
