import { readFileSync } from 'node:fs';

/** What the package says of itself. */
export interface PackageJson {
  readonly version: string;
  /** Its page; undefined where it has none. */
  readonly homepage?: string | undefined;
}

let read: PackageJson | undefined;

/**
 * The package's own description, read when it is first asked for: two folders up from src/contracts/ and from
 * dist/contracts/ alike.
 */
export const packageJson = (): PackageJson =>
  (read ??= JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as PackageJson);
