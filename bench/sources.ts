import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const shared = process.env['HEADWATER_SHARED'] ?? resolve(import.meta.dirname, '../../shared');

const existing = (path: string, variable: string): string => {
  if (existsSync(path)) return path;
  process.stderr.write(`There is no ${path}. Set ${variable}, or HEADWATER_SHARED for the folder of both.\n`);
  process.exit(2);
};

/** The headlines of all measurements. */
export const newsCsv = (): string => existing(process.env['NEWS_CSV'] ?? join(shared, 'data/news.csv'), 'NEWS_CSV');

/** PyTorch on the same workload. */
export const peerScript = (): string => existing(join(shared, 'bench/pytorch_peer.py'), 'HEADWATER_SHARED');
