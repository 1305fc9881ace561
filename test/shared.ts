import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const shared = process.env['HEADWATER_SHARED'] ?? resolve(root, '../shared');

/** The folder of golden values written by PyTorch, scikit-learn and CPython. */
export const goldenDir = process.env['GOLDEN_DIR'] ?? join(shared, 'golden');

/** The real headlines. */
export const newsCsv = process.env['NEWS_CSV'] ?? join(shared, 'data/news.csv');

const missing = [goldenDir, newsCsv].filter((path) => !existsSync(path));

if (missing.length > 0 && process.env['HEADWATER_REQUIRE_SHARED'] !== undefined)
  throw new Error(`Missing: ${missing.join(', ')}`);

/**
 * `describe` where the golden values and headlines are at hand; elsewhere a skipped suite whose name says what is
 * missing.
 */
export const describeWithShared = (name: string, body: () => void): void => {
  if (missing.length === 0) describe(name, body);
  else
    describe.skip(
      `${name} [skipped: no ${missing.join(', no ')}; set HEADWATER_SHARED, or GOLDEN_DIR and NEWS_CSV]`,
      body,
    );
};

/**
 * One golden file, parsed. The caller says what it holds, as the golden folder's README gives it:
 * `readGolden('gru.json') as LayerGolden`.
 */
export const readGolden = (name: string): unknown => JSON.parse(readFileSync(join(goldenDir, name), 'utf8'));
