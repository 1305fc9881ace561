/**
 * `npm run bench:accuracy`: how well the lesson's GRU learns, beside the linear model that it has to beat.
 *
 * For each seed it splits the headlines anew, trains on the train rows (learning rate 1e-3, at most 8 epochs) and
 * measures the test rows.
 *
 *     npm run bench:accuracy -- [--data news.csv] [--seeds 1,2,3] [--epochs 8] [--backend auto] [--json FILE]
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isLeft } from 'fp-ts/lib/Either.js';
import { BACKEND_NAMES, HeadwaterError, selectBackend } from 'headwater';
import { concatMap, from, lastValueFrom, tap, toArray } from 'rxjs';
import { type Accuracy, accuracyOf } from './accuracyOf.js';

/** The mean F1 to reach at least: PyTorch gets 0.66 to 0.68 by the same recipe. */
const WANTED = 0.66;

const refuse = (message: string): never => {
  process.stderr.write(`bench:accuracy: ${message}\n`);
  process.exit(2);
};

const whole = (option: string, text: string): number =>
  /^\d+$/.test(text) ? Number(text) : refuse(`--${option} ${text}: give whole numbers.`);

const { values } = parseArgs({
  options: {
    data: {
      type: 'string',
      default: process.env['NEWS_CSV'] ?? resolve(process.env['HEADWATER_SHARED'] ?? '../shared', 'data/news.csv'),
    },
    seeds: { type: 'string', default: '1,2,3' },
    epochs: { type: 'string', default: '8' },
    backend: { type: 'string', default: 'auto' },
    json: { type: 'string' },
  },
});
const seeds = values.seeds.split(',').map((seed) => whole('seeds', seed.trim()));
const epochs = whole('epochs', values.epochs);
const wanted =
  BACKEND_NAMES.find((name) => name === values.backend) ??
  refuse(`--backend ${values.backend}: give one of ${BACKEND_NAMES.join(', ')}.`);

const selected = await selectBackend(wanted)();
if (isLeft(selected)) throw selected.left;
const { name: backend, reason } = selected.right;

const say = (...cells: readonly (string | number)[]): void => {
  process.stdout.write(`${cells.map((cell) => String(cell).padStart(11)).join('')}\n`);
};
const mean = (of: (accuracy: Accuracy) => number, all: readonly Accuracy[]): number =>
  all.reduce((sum, accuracy) => sum + of(accuracy), 0) / all.length;

process.stdout.write(`data: ${values.data}\nbackend: ${backend} (${reason})\n\n`);
say('seed', 'train rows', 'test rows', 'GRU F1', 'best epoch', 'seconds', 'linear F1', 'seconds');
const tell = ({ seed, trainRows, testRows, gru, linear }: Accuracy): void =>
  say(
    seed,
    trainRows,
    testRows,
    gru.f1.toFixed(4),
    gru.bestEpoch,
    gru.seconds.toFixed(1),
    linear.f1.toFixed(4),
    linear.seconds.toFixed(1),
  );

try {
  const all = await lastValueFrom(
    from(seeds).pipe(
      // One after the other: side by side they would tell nothing of their time.
      concatMap((seed) => accuracyOf({ data: values.data, seed, epochs, backend })),
      tap(tell),
      toArray(),
    ),
  );
  const [gru, linear] = [mean((accuracy) => accuracy.gru.f1, all), mean((accuracy) => accuracy.linear.f1, all)];
  say('mean', '', '', gru.toFixed(4), '', '', linear.toFixed(4), '');
  process.stdout.write(
    `\nmean F1 of the GRU on unseen headlines: ${gru.toFixed(4)} (at least ${WANTED} is wanted); the linear baseline: ${linear.toFixed(4)}\n`,
  );
  if (values.json !== undefined)
    writeFileSync(
      values.json,
      `${JSON.stringify({ data: values.data, backend, epochs, seeds: all, mean: { gru, linear } }, null, 2)}\n`,
    );
} catch (error) {
  if (!(error instanceof HeadwaterError)) throw error;
  process.stderr.write(`bench:accuracy: ${error.message} [${error.code}]\n`);
  process.exitCode = 1;
}
