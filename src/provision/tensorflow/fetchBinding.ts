import { makeFolders } from '../../contracts/runtime/makeFolders.js';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile } from '../files/hashFile.js';
import { lastLine, setupError } from '../host/setupError.js';
import { packPackage } from '../host/npm.js';
import type { Step } from '../host/Step.js';

/** The npm package that provides the binding's sources and JavaScript. Its GPU edition has the same code. */
export const BINDING_PACKAGE = '@tensorflow/tfjs-node-gpu';
export const BINDING_VERSION = '4.22.0';

/** The hash of its tarball, from the npm registry. A tarball with another hash is not the tested code. */
export const BINDING_INTEGRITY =
  'sha512-p//NN6DGiN4hInUmIkRffaFVMcdTREUMjPyjW04J7OXvB2zBlQimj61eFKSgRrH3f5TnOfKzb0n56he/B6a4bw==';

/** The parts of the package that are used. */
const PARTS: readonly string[] = ['package/package.json', 'package/binding.gyp', 'package/binding', 'package/dist'];

/**
 * Fetches the package's sources and JavaScript from the npm registry. It does not install its dependencies and does not
 * run its install script.
 *
 * @param folder the folder in which `package/` is created
 * @param expected the required hash of the tarball
 */
export const fetchBinding = async (
  folder: string,
  scratch: string,
  expected: string,
  { run, signal, progress }: Step,
): Promise<void> => {
  const name = `${BINDING_PACKAGE}@${BINDING_VERSION}`;
  await packPackage(name, scratch, { run, signal });
  const tarball = join(scratch, `tensorflow-tfjs-node-gpu-${BINDING_VERSION}.tgz`);
  const integrity = `sha512-${await hashFile(tarball, 'sha512', 'base64', { signal, progress })}`;
  if (integrity !== expected)
    throw setupError(
      `What npm gave for ${name} is not what was published under that name.`,
      'Look at the registry that npm is configured for (npm config get registry), then run the same command again.',
    );
  await makeFolders(folder);
  const unpacked = await run('tar', ['-xzf', tarball, '-C', folder, ...PARTS], { signal });
  if (unpacked?.status !== 0)
    throw setupError(
      `tar could not unpack ${name}: ${lastLine(unpacked?.stderr ?? '')}.`,
      'Make sure that there is room, then run the same command again.',
    );
  await rm(tarball);
};
