import { messageOf } from '../../contracts/messageOf.js';
import type { CandidateOptions } from './CandidateOptions.js';
import { testedGeneration } from './Generation.js';
import type { Generations } from './Generations.js';
import type { LearnOptions } from './labelLearner.js';

/**
 * Makes the function that tests the given candidate and sets it, and at later calls loads it again. Nothing changes if
 * it is the model that was loaded last: a candidate that was promoted does not come back.
 *
 * After an error, the candidate stays, and `generations` shows the error until the next call. Errors: the rejection of
 * `load`, and those of the test.
 *
 * @param isOver whether the server has ended
 */
export const candidateLoading = (
  generations: Generations,
  { served, role = { type: 'shadow' }, load }: CandidateOptions,
  isOver: () => boolean,
  learn?: LearnOptions,
): (() => Promise<void>) => {
  /** The id of the model that was loaded last. */
  let loaded = served?.about?.modelId ?? '';
  let hasBegun = false;
  let last: Promise<void> = Promise.resolve();
  const once = async (): Promise<void> => {
    const isFirst = !hasBegun;
    hasBegun = true;
    const next = (isFirst ? served : undefined) ?? (await load?.(loaded));
    if (next === undefined) return;
    const generation = await testedGeneration(next, learn);
    loaded = generation.id;
    if (isOver()) generation.dispose();
    else if (isFirst) generations.setCandidate(generation, role);
    else generations.changeCandidate(generation, role);
  };
  return () => {
    const done = last.then(once).then(
      () => generations.candidateLoaded(),
      (error: unknown) => {
        generations.candidateLoaded(messageOf(error));
        throw error;
      },
    );
    last = done.catch(() => undefined);
    return done;
  };
};
