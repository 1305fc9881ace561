import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { generationOf, smoke } from './Generation.js';
import type { ServedModel } from './ServedModel.js';
import type { LearnOptions } from './labelLearner.js';
import type { Generations } from './Generations.js';

/** What a reload has come to. */
export interface Reloaded {
  readonly reloaded: boolean;
  /** The model that is in use now. */
  readonly model: string;
}

/**
 * Makes the function that loads the model anew, checks it and puts it in use. One reload runs at a time: who asks while
 * one runs gets its result.
 *
 * Errors, with the model in use left as it is: what `load` rejects with; `HW_NUMERIC` and what the model throws where the
 * smoke batch fails; `HW_USAGE` where the model cannot be reloaded.
 */
export const reloading = (
  generations: Generations,
  load: ((inUse: string) => Promise<ServedModel | undefined>) | undefined,
  learn?: LearnOptions,
): (() => Promise<Reloaded>) => {
  let running: Promise<Reloaded> | undefined;
  const reload = async (): Promise<Reloaded> => {
    if (load === undefined)
      throw new HeadwaterError('HW_USAGE', 'serveModel: the model cannot be reloaded without the option load.');
    const served = await load(generations.inUse.id);
    if (served === undefined) return { reloaded: false, model: generations.inUse.id };
    const next = generationOf(served, learn);
    try {
      await smoke(next);
    } catch (error) {
      next.dispose();
      throw error;
    }
    generations.swap(next);
    return { reloaded: true, model: next.id };
  };
  return () =>
    (running ??= reload().finally(() => {
      running = undefined;
    }));
};
