import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleCsv } from '../../../src/streams/sample/sampleCsv.js';
import { inProcess } from '../../cli/inProcess.js';
import { SIZES } from './commands.js';

/** Small inputs of the commands. */
const FILES: Readonly<Record<string, string>> = {
  'table.csv': [...sampleCsv({ rows: 80 })].join(''),
  'other.csv': [...sampleCsv({ rows: 80, seed: 7 })].join(''),
  'labels.jsonl': Array.from(
    { length: 12 },
    (_, i) => `${JSON.stringify({ title: `Late goal ${i}`, category: i % 2 === 0 ? 'Sports' : 'World' })}\n`,
  ).join(''),
  'lines.txt': Array.from({ length: 6 }, (_, i) => `Late goal number ${i} in the harbour\n`).join(''),
  'vectors.txt': Array.from({ length: 300 }, (_, i) => `word${i} ${Math.sin(i).toFixed(3)} 0.5 -1\n`).join(''),
  'feed.xml': [
    '<rss version="2.0"><channel><title>News</title>',
    ...Array.from({ length: 8 }, (_, i) => `<item><title>Late goal ${i}</title><guid>${i}</guid></item>`),
    '</channel></rss>',
  ].join(''),
};

/** Puts the inputs of all commands into a folder: tables, labels, and two models, `model` and `old`. */
export const prepareInputs = async (folder: string): Promise<void> => {
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  for (const [out, table] of [
    ['model', 'other.csv'],
    ['old', 'table.csv'],
  ] as const) {
    const { status, stderr } = await inProcess([
      ...['train', '--data', join(folder, table), '--out', join(folder, out), '--epochs', '1', ...SIZES],
    ]);
    if (status !== 0) throw new Error(stderr);
  }
};
