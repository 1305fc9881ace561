import { promiseOf } from '../../contracts/promiseOf.js';
import type { Artifacts } from './Artifacts.js';
import { loadArtifacts } from './loadArtifacts.js';

/**
 * Reads a model's artifacts like `loadArtifacts`, for programs that use promises alone.
 *
 * @param source the directory's path; or the files' bytes by name
 * @returns a promise of the artifacts; it rejects with the `HeadwaterError` of `loadArtifacts`
 *
 * @example
 * ```ts
 * import { openArtifacts } from 'headwater';
 * const artifacts = await openArtifacts('artifacts/news').catch((error: unknown) => console.error(error));
 * if (artifacts !== undefined) console.log(artifacts.labelEncoder.classes);
 * ```
 */
export const openArtifacts = (source: string | ReadonlyMap<string, Uint8Array>): Promise<Artifacts> =>
  promiseOf(loadArtifacts(source));
