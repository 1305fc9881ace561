import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawSvg } from '../drawSvg.js';
import { fillTables } from '../fillTables.js';
import { type AccuracyFigures, isMeasured } from './AccuracyFigures.js';
import { ablationChart, reliabilityChart, rowsChart, tablesChart } from './charts.js';
import { ablationReport, calibrationReport, headlineReport, summary, tableReport } from './reports.js';

/** Draws docs/accuracy/*.svg, saves the figures beside them, and writes the tables of docs/accuracy.md. */
export const drawDocs = (figures: AccuracyFigures): void => {
  const docs = join(import.meta.dirname, '../../docs');
  const charts = {
    rows: rowsChart(figures),
    ...(figures.tables.some(isMeasured) ? { tables: tablesChart(figures) } : {}),
    reliability: reliabilityChart(figures),
    ablation: ablationChart(figures),
  };
  mkdirSync(join(docs, 'accuracy'), { recursive: true });
  for (const [name, option] of Object.entries(charts))
    writeFileSync(join(docs, 'accuracy', `${name}.svg`), drawSvg(option));
  writeFileSync(join(docs, 'accuracy/figures.json'), `${JSON.stringify(figures, null, 1)}\n`);
  const page = join(docs, 'accuracy.md');
  const tables = {
    summary: summary(figures),
    headlines: headlineReport(figures),
    calibration: calibrationReport(figures),
    ...(figures.tables.some(isMeasured) ? { tables: tableReport(figures) } : {}),
    ablation: ablationReport(figures),
    machine: [['measured on'], [figures.machine]],
  };
  writeFileSync(page, fillTables(readFileSync(page, 'utf8'), 'docs/accuracy.md', tables));
};
