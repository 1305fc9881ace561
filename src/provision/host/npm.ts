import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { parsedUrl } from '../../contracts/runtime/parsedUrl.js';
import type { Finished } from './runCommand.js';
import { lastLine, setupError } from './setupError.js';
import type { Step } from './Step.js';

/** Why npm did not get a package, and what to do about it. */
const npmError = (name: string, ended: Finished | undefined): HeadwaterError => {
  const said = ended?.stderr ?? 'npm is not there';
  const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|network/i.test(said);
  const reason = /npm (?:error|ERR!) (?!A complete log|code|errno|syscall)(.+)/.exec(said)?.[1] ?? lastLine(said);
  return setupError(
    offline ? `The npm registry cannot be reached (npm: ${reason}).` : `npm could not get ${name}: ${reason}.`,
    offline
      ? 'Check the network and the proxy, then run the same command again: what is there already is kept.'
      : 'Correct what it reports, then run the same command again.',
  );
};

/**
 * Downloads a package's tarball with npm, from the registry that it is configured for.
 *
 * @param name with its version: `name@1.2.3`
 * @param folder where it goes, under the name that npm gives it
 * @throws HeadwaterError `HW_SETUP`
 */
export const packPackage = async (
  name: string,
  folder: string,
  { run, signal }: Pick<Step, 'run' | 'signal'>,
): Promise<void> => {
  const args = ['pack', name, '--pack-destination', folder, '--ignore-scripts'];
  const ended = await run('npm', args, { cwd: folder, signal });
  if (ended?.status !== 0) throw npmError(name, ended);
};

const Dist = t.type({ tarball: t.string, integrity: t.string });

/** Where a package's tarball is, and what it hashes to. */
export type Dist = t.TypeOf<typeof Dist>;

/**
 * Asks the registry that npm is configured for where a package's tarball is.
 *
 * @param name with its version: `name@1.2.3`
 * @throws HeadwaterError `HW_SETUP`
 */
export const askRegistry = async (name: string, { run, signal }: Pick<Step, 'run' | 'signal'>): Promise<Dist> => {
  const ended = await run('npm', ['view', name, 'dist', '--json'], { signal });
  if (ended?.status !== 0) throw npmError(name, ended);
  let json: unknown;
  try {
    json = JSON.parse(ended.stdout);
  } catch {
    json = undefined;
  }
  const decoded = Dist.decode(json);
  if (isLeft(decoded) || parsedUrl(decoded.right.tarball) === undefined)
    throw setupError(
      `The npm registry has no ${name}, or does not say where it is.`,
      'Look at the registry that npm is configured for (npm config get registry), then run the same command again.',
    );
  return decoded.right;
};
