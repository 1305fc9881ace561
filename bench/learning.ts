/**
 * `npm run bench:learning`: the benefit of learning during use when words change.
 *
 * For each seed it trains the lesson's GRU on the first 5,740 headlines, then streams the other 8,000, each with its
 * label. Half-way, every word of one class (in a second run: of two) is replaced by an invented one. It runs each
 * variant over the stream and reports means over the seeds.
 *
 *     npm run bench:learning -- [--data news.csv] [--seeds 1,2,3] [--epochs 8] [--json FILE] [--markdown]
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { HeadwaterError } from 'headwater';
import { changingNews, withChangedWords } from './changingNews.js';
import { median } from './Figure.js';
import { type Hits, learnFromStream, type Outcome, type Variant } from './learnFromStream.js';
import { newsCsv } from './sources.js';
import { type Cells, markdown } from './tables.js';

const refuse = (message: string): never => {
  process.stderr.write(`bench:learning: ${message}\n`);
  process.exit(2);
};

const whole = (option: string, text: string): number =>
  /^\d+$/.test(text) ? Number(text) : refuse(`--${option} ${text}: give whole numbers.`);

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    seeds: { type: 'string', default: '1,2,3' },
    epochs: { type: 'string', default: '8' },
    json: { type: 'string' },
    markdown: { type: 'boolean', default: false },
  },
});
const data = values.data ?? newsCsv();
const seeds = values.seeds.split(',').map((seed) => whole('seeds', seed.trim()));
const epochs = whole('epochs', values.epochs);

const VARIANTS: readonly Variant[] = [
  { name: 'does not learn', learningRate: 0, words: 'none', replay: false },
  { name: 'learns', learningRate: 1e-3, words: 'none', replay: false },
  { name: 'learns, replay', learningRate: 1e-3, words: 'none', replay: true },
  { name: 'learns, new words a bucket each by hash, replay', learningRate: 1e-3, words: 'hashed', replay: true },
  { name: 'learns, new words a row each', learningRate: 1e-3, words: 'rows', replay: false },
  { name: 'learns, new words a row each, replay', learningRate: 1e-3, words: 'rows', replay: true },
];

const CHANGES: readonly (readonly string[])[] = [['Sports'], ['Sports', 'World']];

interface Measured extends Outcome {
  readonly seed: number;
  readonly changed: readonly string[];
}

const measured: Measured[] = [];
try {
  for (const seed of seeds) {
    const news = await changingNews({ data, seed, epochs, streamed: 8000 });
    for (const changed of CHANGES) {
      const stream = withChangedWords(news, changed);
      for (const variant of VARIANTS)
        measured.push({ seed, changed, ...(await learnFromStream(news, stream, changed, variant)) });
    }
    process.stderr.write(`seed ${seed} done\n`);
  }
} catch (error) {
  if (!(error instanceof HeadwaterError)) throw error;
  process.stderr.write(`bench:learning: ${error.message} [${error.code}]\n`);
  process.exit(1);
}

const percent = (share: number): string => (100 * share).toFixed(1);

/** The mean of a share over the seeds, in per cent. */
const meanOf = (outcomes: readonly Outcome[], share: (outcome: Outcome) => number): string =>
  percent(outcomes.reduce((sum, outcome) => sum + share(outcome), 0) / outcomes.length);

/** The number of rows between the change and the first detection of drift: the median of the seeds. */
const firstDrift = (outcomes: readonly Outcome[]): string => {
  const first = median(outcomes.map(({ drifts }) => drifts.find((at) => at >= 0) ?? Infinity));
  return Number.isFinite(first) ? String(first) : 'never';
};

const tableOf = (changed: readonly string[]): Cells => {
  const hits = (pick: (outcome: Outcome) => Hits) => [
    (outcome: Outcome) => pick(outcome).changed,
    (outcome: Outcome) => pick(outcome).others,
  ];
  const shares = [
    hits(({ before }) => before),
    hits(({ rightAfter }) => rightAfter),
    hits(({ later }) => later),
    hits(({ heldOut }) => heldOut),
  ];
  return [
    [
      'variant',
      'before: changed, others',
      'first 500 after',
      'rows 3,000 to 4,000 after',
      'old words at the end',
      'ECE at the end',
      'first drift',
      'false alarms',
      'rolled back',
    ],
    ...VARIANTS.map(({ name }) => {
      const outcomes = measured.filter((outcome) => outcome.variant === name && outcome.changed === changed);
      const total = (count: (outcome: Outcome) => number): string =>
        String(outcomes.reduce((sum, outcome) => sum + count(outcome), 0));
      return [
        name,
        ...shares.map((pair) => pair.map((share) => meanOf(outcomes, share)).join(', ')),
        meanOf(outcomes, ({ ece }) => ece),
        firstDrift(outcomes),
        total(({ drifts }) => drifts.filter((at) => at < 0).length),
        total(({ rolledBack }) => rolledBack),
      ];
    }),
  ];
};

for (const changed of CHANGES) {
  const cells = tableOf(changed);
  process.stdout.write(
    `\nNew words for ${changed.join(' and ')}: accuracy in per cent, mean of ${seeds.length} seeds\n\n`,
  );
  if (values.markdown) {
    process.stdout.write(`${markdown(cells)}\n`);
    continue;
  }
  const [head = [], ...rows] = cells;
  const table = new Table({
    head: [...head],
    style: { head: [], border: [] },
    wordWrap: true,
    colWidths: [24, 14, 14, 14, 14, 8, 8, 8, 8],
  });
  table.push(...rows.map((row) => [...row]));
  process.stdout.write(`${table.toString()}\n`);
}
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ data, epochs, outcomes: measured }, null, 2)}\n`);
