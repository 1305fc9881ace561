import { join } from 'node:path';
import { cacheFolder } from './cacheFolder.js';

/** What one set-up of libtensorflow is for: of two that differ in any of these, neither stands for the other. */
export interface SetupKey {
  /** The version of the wheel. */
  readonly version: string;
  /** Whether it computes on NVIDIA GPUs. */
  readonly gpu: boolean;
  readonly platform: string;
  readonly arch: string;
}

/** The version of Node's binary interface that the binding is built for: one build serves every Node from 18 on. */
export const NAPI_VERSION = 8;

/** The wheel that is taken where none is named. */
export const DEFAULT_VERSION = '2.21.0';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder of all set-ups: `HEADWATER_TENSORFLOW_DIR`, else `tensorflow` in the cache. An empty variable counts as
 * none.
 */
export const setupsFolder = (env: Environment = process.env): string => {
  const { HEADWATER_TENSORFLOW_DIR: own = '' } = env;
  return own === '' ? join(cacheFolder(env), 'tensorflow') : own;
};

/** The name of a set-up's folder. */
export const folderName = ({ version, gpu, platform, arch }: SetupKey): string =>
  `${version}-${gpu ? 'gpu' : 'cpu'}-napi${NAPI_VERSION}-${platform}-${arch}`;
