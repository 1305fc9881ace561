import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { setupError } from '../host/setupError.js';
import { Wheel } from './Wheel.js';

/** Opens a wheel, runs `work` on it and closes it. */
export const withWheel = async <T>(path: string, work: (wheel: Wheel) => Promise<T>): Promise<T> => {
  const wheel = await Wheel.open(path);
  try {
    return await work(wheel);
  } finally {
    wheel.close();
  }
};

/**
 * The path and the version of a wheel that the user named.
 *
 * @throws HeadwaterError `HW_PATH` if there is no such file, `HW_SETUP` if it is another package
 */
export const ownWheel = async (
  path: string,
  gpu: boolean,
): Promise<{ readonly path: string; readonly version: string }> => {
  const full = resolve(path);
  if (!statSync(full, { throwIfNoEntry: false })?.isFile())
    throw new HeadwaterError('HW_PATH', `No such file: ${path}. Check the path given to --wheel.`, { where: path });
  const { name, version } = await withWheel(full, (wheel) => wheel.metadata());
  const wanted = gpu ? ['tensorflow'] : ['tensorflow-cpu', 'tensorflow'];
  if (!wanted.includes(name))
    throw setupError(
      `${path} is a wheel of ${name}.`,
      `Name one of ${wanted.join(' or ')}${gpu ? ', which computes on GPUs' : ''}.`,
    );
  return { path: full, version };
};
