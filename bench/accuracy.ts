/**
 * `npm run bench:accuracy`: how well models classify unseen rows, compared with linear models of scikit-learn and
 * fastText.
 *
 *     HELD_OUT=folder TABLES_DIR=folder npm run bench:accuracy -- [--data news.csv] [--seeds 1,2,3] [--sizes all,500]
 *       [--splits 5] [--most-rows 20000] [--vectors FILE|none] [--parts headlines,lesson,ablation,tables]
 *       [--json FILE]
 *     npm run bench:accuracy -- --draw FILE
 *
 * Headlines are trained on 70 % of --data with each seed, and tested on the tables in HELD_OUT. Without these, they are
 * tested on a part of --data. Each table of TABLES_DIR is split --splits times. HEADWATER_PYTHON names the Python with
 * scikit-learn and fasttext (default python3). Seconds are processor time. --draw makes docs/accuracy.md from the file
 * that --json wrote. If given several times, it combines these files.
 */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isLeft } from 'fp-ts/lib/Either.js';
import { HeadwaterError, raiseEngineFlags, selectBackend } from 'headwater';
import { type AblationResult, measureAblation } from './accuracy/ablation.js';
import { type AccuracyFigures, together } from './accuracy/AccuracyFigures.js';
import { drawDocs } from './accuracy/drawDocs.js';
import { type HeadlineResult, measureHeadlines, splitBySeed } from './accuracy/headlines.js';
import { trainLesson } from './accuracy/lessonModel.js';
import { ablationReport, calibrationReport, headlineReport, summary, tableReport } from './accuracy/reports.js';
import { readRows } from './accuracy/sides.js';
import { measureTables, type TableLeftOut, type TableResult, tablesIn } from './accuracy/tables.js';
import { type Score, vectorsFrom } from './accuracy/trainOurs.js';
import { type Cells, forTerminal } from './tables.js';

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
    sizes: { type: 'string', default: 'all,500' },
    splits: { type: 'string', default: '5' },
    'most-rows': { type: 'string', default: '20000' },
    vectors: { type: 'string' },
    parts: { type: 'string', default: 'headlines,lesson,ablation,tables' },
    json: { type: 'string' },
    draw: { type: 'string', multiple: true },
  },
});

const seeds = values.seeds.split(',').map((seed) => whole('seeds', seed.trim()));
/** The numbers of train rows; undefined means all of them. */
const sizes = values.sizes.split(',').map((size) => (size.trim() === 'all' ? undefined : whole('sizes', size.trim())));
const wants = (part: string): boolean => values.parts.split(',').includes(part);
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const measure = async (): Promise<AccuracyFigures> => {
  const python = process.env['HEADWATER_PYTHON'] ?? 'python3';
  const { HELD_OUT: heldOutAt, TABLES_DIR: folder } = process.env;
  const heldOut = heldOutAt === undefined ? [] : statSync(heldOutAt).isDirectory() ? tablesIn(heldOutAt) : [heldOutAt];
  const selected = await selectBackend('headwater')();
  if (isLeft(selected)) throw selected.left;
  const vectors = await vectorsFrom(values.vectors);
  if (vectors === undefined) say('without word vectors: `npx headwater setup vectors` brings the English ones');
  const onHeadlines = ['headlines', 'lesson', 'ablation'].some(wants);
  if (onHeadlines && heldOut.length === 0)
    say(`HELD_OUT names no tables: headlines are tested on a part of ${values.data}`);

  const headlines: HeadlineResult[] = [];
  const missing = new Set<string>();
  if (wants('headlines'))
    for await (const result of measureHeadlines({ data: values.data, heldOut, seeds, sizes, vectors, python })) {
      const { seed, rows, withVectors, withoutVectors, baselines } = result;
      headlines.push(result);
      for (const each of [baselines.scikit, baselines.fasttext]) if ('missing' in each) missing.add(each.missing);
      say(
        `headlines, seed ${seed}, ${rows.train} train rows: F1 ${withVectors?.f1.toFixed(4) ?? '–'} ` +
          `with vectors, ${withoutVectors.f1.toFixed(4)} without`,
      );
    }

  const rows = wants('lesson') || wants('ablation') ? await readRows(values.data) : [];
  const unseen = heldOut.length === 0 ? undefined : await readRows(heldOut);
  const lesson: (Score & { readonly seed: number })[] = [];
  if (wants('lesson'))
    for (const seed of seeds) {
      const score = await trainLesson(await splitBySeed(rows, unseen, seed), seed);
      lesson.push({ seed, ...score });
      say(`the lesson's GRU, seed ${seed}: F1 ${score.f1.toFixed(4)}`);
    }

  const ablation: AblationResult[] = [];
  const [seed] = seeds;
  if (wants('ablation') && seed !== undefined)
    for await (const result of measureAblation(await splitBySeed(rows, unseen, seed), seed, vectors)) {
      ablation.push(result);
      say(`${result.part}: F1 ${result.f1.toFixed(4)}`);
    }

  const tables: (TableResult | TableLeftOut)[] = [];
  if (wants('tables') && folder === undefined) say('TABLES_DIR names no folder: no tables are measured');
  if (wants('tables') && folder !== undefined) {
    const [splits, most] = [whole('splits', values.splits), whole('most-rows', values['most-rows'])];
    for await (const result of measureTables({ folder, splits, most, vectors, python })) {
      tables.push(result);
      say('why' in result ? `${result.table} is left out: ${result.why}` : `${result.table} is measured`);
    }
  }
  for (const name of missing) say(`${python} has no ${name}: this baseline is left out`);
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}`;
  return { machine, heldOut: unseen !== undefined, headlines, lesson, ablation, tables };
};

const print = (title: string, cells: Cells): void => {
  if (cells.length > 1) process.stdout.write(`\n${title}\n${forTerminal(cells)}\n`);
};

try {
  if (values.draw !== undefined) {
    drawDocs(together(values.draw.map((file) => JSON.parse(readFileSync(file, 'utf8')) as AccuracyFigures)));
    process.exit();
  }
  raiseEngineFlags();
  const figures = await measure();
  print('What is wanted', summary(figures));
  print('Headlines: weighted F1 on unseen rows, and seconds of the processor', headlineReport(figures));
  print('Headlines: calibration', calibrationReport(figures));
  print('Headlines: what each part of the model is worth', ablationReport(figures));
  print('Tables: weighted F1 on unseen rows', tableReport(figures));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, null, 1)}\n`);
} catch (error) {
  if (!(error instanceof HeadwaterError)) throw error;
  process.stderr.write(`bench:accuracy: ${error.message} [${error.code}]\n`);
  process.exitCode = 1;
}
