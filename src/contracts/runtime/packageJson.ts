import { readFileSync } from 'node:fs';

/** What the package says of itself. */
export interface PackageJson {
  readonly version: string;
  /** Its page; undefined where it has none. */
  readonly homepage?: string | undefined;
}

let read: PackageJson | undefined;

/**
 * The package's own description, read when it is first asked for: three folders up from src/contracts/runtime/ and
 * from dist/contracts/runtime/ alike.
 */
export const packageJson = (): PackageJson =>
  (read ??= JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as PackageJson);
