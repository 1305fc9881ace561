import type { CandidateRole } from './Generations.js';
import type { ServedModel } from './ServedModel.js';

/** A model that runs beside the model in use. */
export interface CandidateOptions {
  /** The candidate at the start. Default: `load` loads it, and the server starts although it cannot be loaded. */
  readonly served?: ServedModel | undefined;
  /** The role of the candidate. Default: a shadow. */
  readonly role?: CandidateRole | undefined;
  /**
   * Loads the candidate again, for `reload$`. It returns undefined if the candidate has the given id, which is that of
   * the candidate that was loaded last, or '' before the first. Another one is tested, and replaces the candidate.
   * Default: the candidate cannot be reloaded.
   */
  readonly load?: ((known: string) => Promise<ServedModel | undefined>) | undefined;
}
