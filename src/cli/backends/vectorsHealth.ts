import { existsSync } from 'node:fs';
import { lastValueFrom } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { loadVectors } from '../../vectors/loadVectors.js';
import { englishVectors } from '../../vectors/vectorsFolder.js';

/** Whether the word vectors in the cache exist and can be used. */
export interface VectorsHealth {
  readonly path: string;
  readonly state: 'ready' | 'missing' | 'unusable';
  /** Their description, or what to do. */
  readonly reason: string;
}

/** Loads the word vectors of the cache in the same way as a training. */
export const vectorsHealth = async (env: NodeJS.ProcessEnv): Promise<VectorsHealth> => {
  const path = englishVectors(env);
  if (!existsSync(path)) return { path, state: 'missing', reason: 'headwater setup vectors fetches them' };
  try {
    const { size, dims, precision } = await lastValueFrom(loadVectors(path));
    return { path, state: 'ready', reason: `${size.toLocaleString('en-US')} words of ${dims} numbers, ${precision}` };
  } catch (error) {
    if (!(error instanceof HeadwaterError)) throw error;
    return { path, state: 'unusable', reason: error.message };
  }
};
