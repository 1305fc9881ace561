/**
 * Charts and tables of measured figures. `npm run bench:charts -- FILE` draws docs/performance/*.svg and writes the
 * tables of docs/performance.md between its markers.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { phasesChart, scalingChart, speedsChart, throughputChart } from './chartOptions.js';
import { drawSvg } from './drawSvg.js';
import type { Figure } from './Figure.js';
import { fillTables } from './fillTables.js';
import { backends, comparison, dataPath, machine, others, phases, rowsTable, samePath } from './tables.js';

const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('Give the file of figures: npm run bench -- --json FILE writes one.\n');
  process.exit(2);
}
const figures = JSON.parse(readFileSync(file, 'utf8')) as readonly Figure[];
const docs = join(import.meta.dirname, '../docs');

const charts = {
  training: speedsChart('Training, rows/s', 'train', figures),
  evaluation: speedsChart('Evaluation, rows/s', 'eval', figures),
  latency: speedsChart('One headline, text to probabilities, p50 in µs', 'latency', figures),
  pipeline: speedsChart('CSV bytes to padded batches on one core, rows/s', 'pipeline', figures),
  phases: phasesChart(figures),
  throughput: throughputChart(figures),
  rows: scalingChart('rows', figures),
  memory: scalingChart('rows', figures, 'memory'),
  batch: scalingChart('batch', figures),
  hidden: scalingChart('hidden', figures),
};
mkdirSync(join(docs, 'performance'), { recursive: true });
for (const [name, option] of Object.entries(charts))
  writeFileSync(join(docs, 'performance', `${name}.svg`), drawSvg(option));

const tables = { machine, samePath, comparison, backends, others, dataPath, phases, rows: rowsTable };
const page = join(docs, 'performance.md');
writeFileSync(
  page,
  fillTables(
    readFileSync(page, 'utf8'),
    'docs/performance.md',
    Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, table(figures)])),
  ),
);
process.stdout.write(`docs/performance.md and ${Object.keys(charts).length} charts in docs/performance/\n`);
