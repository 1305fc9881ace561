import { codeOf } from '../../contracts/codeOf.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { reasonOf } from '../../contracts/reasonOf.js';

/** The packages of a broker's client. */
export interface ClientPackages {
  /** The broker, as in `Kafka`. */
  readonly broker: string;
  readonly packages: readonly string[];
}

/** Whether a package was not found, and not one that it needs itself. */
const isAbsent = (error: unknown, packages: readonly string[]): boolean =>
  codeOf(error) === 'ERR_MODULE_NOT_FOUND' &&
  error instanceof Error &&
  packages.some((name) => error.message.includes(`'${name}'`));

/**
 * Loads a package of a client, which is optional.
 *
 * @param names what the package must export: an earlier version may not have it
 * @throws HeadwaterError `HW_USAGE` if it is not installed, cannot be loaded, or has another version
 */
export const loadPackage = async <T extends object>(
  load: () => Promise<T>,
  { broker, packages }: ClientPackages,
  names: readonly (keyof T & string)[],
): Promise<T> => {
  const several = packages.length > 1;
  const [are, them] = several ? ['they are', 'them'] : ['it is', 'it'];
  const needs = `${broker} needs the package${several ? 's' : ''} ${packages.join(' and ')}`;
  const install = `npm install ${packages.join(' ')}`;
  let loaded: T;
  try {
    loaded = await load();
  } catch (cause) {
    throw new HeadwaterError(
      'HW_USAGE',
      isAbsent(cause, packages)
        ? `${needs}, and ${are} not installed. Install ${them}: ${install}`
        : `${needs}, and loading failed: ${reasonOf(cause)}. Install again: ${install}`,
      { cause },
    );
  }
  const missing = names.filter((name) => loaded[name] === undefined);
  if (missing.length > 0)
    throw new HeadwaterError(
      'HW_USAGE',
      `${needs}, and the installed version has no ${missing.join(', ')}. Install a version that the ` +
        `peerDependencies of headwater name: ${install}`,
    );
  return loaded;
};
