import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { testedGeneration } from './Generation.js';
import type { ServedModel } from './ServedModel.js';
import type { LearnOptions } from './labelLearner.js';
import type { Generations } from './Generations.js';

/** The result of a reload. */
export interface Reloaded {
  readonly reloaded: boolean;
  /** The model that is in use now. */
  readonly model: string;
}

/** The two ways to load the model again. */
export interface Reloading {
  /** Someone asked for it: the model is put in use if it is not the model in use. */
  readonly asked: () => Promise<Reloaded>;
  /**
   * A signal, or a change of files: the model is put in use if it is another one than at the last time it was loaded.
   * So a signal with another purpose, such as to open the logs again, does not undo a promotion or a rollback.
   */
  readonly signalled: () => Promise<Reloaded>;
}

/**
 * Makes the functions that load the model again, test it and put it in use. Only one reload runs at a time: a call
 * during a reload of the same kind gets the result of that reload.
 *
 * After an error, the model in use stays. Errors: the rejection of `load`; `HW_NUMERIC` or an error of the model if the
 * smoke batch fails; `HW_USAGE` if the model cannot be reloaded.
 */
export const reloading = (
  generations: Generations,
  load: ((known: string) => Promise<ServedModel | undefined>) | undefined,
  learn?: LearnOptions,
): Reloading => {
  /** The id of the model that was loaded last. */
  let loaded = generations.inUse.id;
  let last: Promise<unknown> = Promise.resolve();
  const reload = async (known: string): Promise<Reloaded> => {
    if (load === undefined)
      throw new HeadwaterError('HW_USAGE', 'serveModel: the model cannot be reloaded without the option load.');
    const served = await load(known);
    if (served === undefined) return { reloaded: false, model: generations.inUse.id };
    const next = await testedGeneration(served, learn);
    loaded = next.id;
    // For example, the promoted candidate was copied into the folder of the model.
    if (served.about?.modelId !== undefined && next.id === generations.inUse.id) {
      next.dispose();
      return { reloaded: false, model: next.id };
    }
    generations.swap(next);
    return { reloaded: true, model: next.id };
  };
  const unless = (known: () => string): (() => Promise<Reloaded>) => {
    let running: Promise<Reloaded> | undefined;
    return () => {
      if (running !== undefined) return running;
      const started = last.then(() => reload(known()));
      running = started.finally(() => {
        running = undefined;
      });
      last = started.catch(() => undefined);
      return running;
    };
  };
  return { asked: unless(() => generations.inUse.id), signalled: unless(() => loaded) };
};
