import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

const made: string[] = [];

afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

/** A new empty folder, removed when the test ends. */
export const scratch = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'headwater-streams-'));
  mkdirSync(path, { recursive: true });
  made.push(path);
  return path;
};

/** A file with these bytes, removed when the test ends. */
export const fileOf = (content: string | Uint8Array, name = 'table.csv'): string => {
  const path = join(scratch(), name);
  writeFileSync(path, content);
  return path;
};
