import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Row } from 'headwater';

const field = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** Writes a table with `count` rows by repeating the given rows. */
export const repeatCsv = async (rows: readonly Row[], count: number, path: string): Promise<void> => {
  const lines = rows.map(({ title, category }) => `${field(title)},${category}\n`);
  const file = createWriteStream(path);
  file.write('title,category\n');
  for (let written = 0; written < count; written += lines.length) {
    if (!file.write(lines.slice(0, count - written).join(''))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
};
