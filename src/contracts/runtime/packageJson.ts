import { readFileSync } from 'node:fs';

/** The fields of package.json that are used. */
export interface PackageJson {
  readonly version: string;
  /** The address of the project's page; undefined where it has none. */
  readonly homepage?: string | undefined;
}

let read: PackageJson | undefined;

/**
 * Reads the package's own package.json at the first call. It is three folders up, both from src/contracts/runtime/ and
 * from dist/contracts/runtime/.
 */
export const packageJson = (): PackageJson =>
  (read ??= JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as PackageJson);
