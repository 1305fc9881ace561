import { join } from 'node:path';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { cacheFolder } from '../files/cacheFolder.js';

/** Identifies a set-up of libtensorflow: two set-ups that differ in one of these values cannot replace each other. */
export interface SetupKey {
  /** The version of the wheel. */
  readonly version: string;
  /** Whether it computes on NVIDIA GPUs. */
  readonly gpu: boolean;
  readonly platform: string;
  readonly arch: string;
}

/** The version of Node-API that the binding is built for. One build works with every Node from 18 on. */
export const NAPI_VERSION = 8;

/** The version of the wheel if none is named. */
export const DEFAULT_VERSION = '2.21.0';

/** The versions that name a wheel. Others are refused: the version becomes part of a folder name and of pip's input. */
const VERSION = /^\d+\.\d+\.\d+((a|b|rc)\d+)?$/;

/**
 * Checks the version that the user gave.
 *
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkVersion = (version: string): string => {
  if (VERSION.test(version)) return version;
  throw new HeadwaterError(
    'HW_USAGE',
    `${version} is no version of TensorFlow. Name one in full, such as ${DEFAULT_VERSION}.`,
  );
};

type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of all set-ups: `HEADWATER_TENSORFLOW_DIR` if it is set and not empty, else `tensorflow` in the cache. */
export const setupsFolder = (env: Environment = process.env): string => {
  const { HEADWATER_TENSORFLOW_DIR: own = '' } = env;
  return own === '' ? join(cacheFolder(env), 'tensorflow') : own;
};

/** The name of a set-up's folder. */
export const folderName = ({ version, gpu, platform, arch }: SetupKey): string =>
  `${version}-${gpu ? 'gpu' : 'cpu'}-napi${NAPI_VERSION}-${platform}-${arch}`;
