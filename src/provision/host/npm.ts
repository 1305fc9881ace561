import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { parsedUrl } from '../../contracts/runtime/parsedUrl.js';
import type { Finished } from './runCommand.js';
import { lastLine, setupError } from './setupError.js';
import type { Step } from './Step.js';

/** The reason why npm could not fetch a package, and what to do. */
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
 * Downloads a package's tarball with npm, from the registry in npm's configuration.
 *
 * @param name with its version: `name@1.2.3`
 * @param folder the target folder; npm chooses the file name
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

/** The address and the hash of a package's tarball. */
export type Dist = t.TypeOf<typeof Dist>;

/**
 * Asks the registry in npm's configuration for the address and hash of a package's tarball.
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
