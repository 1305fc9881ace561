import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile } from '../files/hashFile.js';
import { lastLine, setupError } from '../host/setupError.js';
import { packPackage } from '../host/npm.js';
import type { Step } from '../host/Step.js';

/** The npm package whose binding is built, and whose JavaScript drives it. Its gpu edition is the same code. */
export const BINDING_PACKAGE = '@tensorflow/tfjs-node-gpu';
export const BINDING_VERSION = '4.22.0';

/** What its tarball hashes to, as the npm registry gives it: another one is not the code that was tested. */
export const BINDING_INTEGRITY =
  'sha512-p//NN6DGiN4hInUmIkRffaFVMcdTREUMjPyjW04J7OXvB2zBlQimj61eFKSgRrH3f5TnOfKzb0n56he/B6a4bw==';

/** What is taken of it. */
const PARTS: readonly string[] = ['package/package.json', 'package/binding.gyp', 'package/binding', 'package/dist'];

/**
 * Takes the package's sources and JavaScript from the npm registry: not its dependencies, and without running its
 * install script.
 *
 * @param folder gets `package/`
 * @param expected what the tarball must hash to
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
  await mkdir(folder, { recursive: true });
  const unpacked = await run('tar', ['-xzf', tarball, '-C', folder, ...PARTS], { signal });
  if (unpacked?.status !== 0)
    throw setupError(
      `tar could not unpack ${name}: ${lastLine(unpacked?.stderr ?? '')}.`,
      'Make sure that there is room, then run the same command again.',
    );
  await rm(tarball);
};
