import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { NAPI_VERSION } from '../../provision/tensorflow/SetupKey.js';

/** The packages that contain libtensorflow, the faster one first. Both are optional peers. */
const PACKAGES: readonly string[] = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/** The result of the search for an installed package of libtensorflow. */
export type InstalledPackage =
  | { readonly name: string; readonly state: 'ready'; readonly folder: string; readonly binding: string }
  | { readonly name: string; readonly state: 'absent' }
  | { readonly name: string; readonly state: 'unusable'; readonly reason: string };

/** Searches for a package from the current working directory, and then from this module. */
const folderOf = (name: string): string | undefined => {
  for (const from of [join(process.cwd(), 'package.json'), import.meta.url]) {
    try {
      return dirname(createRequire(from).resolve(`${name}/package.json`));
    } catch {
      continue;
    }
  }
  return undefined;
};

/**
 * The packages of libtensorflow that can be installed with npm, and the state of each, in the order in which they are
 * tried.
 */
export const installedPackages = (): readonly InstalledPackage[] =>
  PACKAGES.map((name) => {
    const folder = folderOf(name);
    if (folder === undefined) return { name, state: 'absent' };
    const binding = join(folder, 'lib', `napi-v${NAPI_VERSION}`, 'tfjs_binding.node');
    return existsSync(binding)
      ? { name, state: 'ready', folder, binding }
      : { name, state: 'unusable', reason: 'its binding was not built when it was installed' };
  });
