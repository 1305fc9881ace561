import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { generationOf, smoke } from './Generation.js';
import type { ServedModel } from './ServedModel.js';
import type { LearnOptions } from './labelLearner.js';
import type { Generations } from './Generations.js';

/** The result of a reload. */
export interface Reloaded {
  readonly reloaded: boolean;
  /** The model that is in use now. */
  readonly model: string;
}

/**
 * Makes the function that loads the model again, tests it and puts it in use. Only one reload runs at a time: a call
 * during a reload gets the result of that reload.
 *
 * After an error, the model in use stays. Errors: the rejection of `load`; `HW_NUMERIC` or an error of the model if the
 * smoke batch fails; `HW_USAGE` if the model cannot be reloaded.
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
