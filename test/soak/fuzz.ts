import { random as generator } from '../../src/contracts/random.js';
import { HeadwaterError } from '../../src/contracts/HeadwaterError.js';
import { nextInput } from './mutations.js';
import { NewCode, type Places } from './newCode.js';

/** What no input may take, in milliseconds. */
const LONGEST_MS = 1000;
/** What no message may exceed, in characters: what stands in it of the input is bounded. */
const LONGEST_MESSAGE = 5000;
/** Inputs between two looks at the coverage. */
const BATCH = 256;
/** How many inputs of a run are guided: the counters make the code several times slower. */
const GUIDED = 25_600;
/** How many inputs the corpus has at most, and how long one may be: long ones would take most of the time. */
const CORPUS = 1000;
const LONGEST_KEPT = 1024;

/** Reads one input; what is wrong with what then happens, or undefined. */
export type Read = (bytes: Buffer) => unknown;

const wrongWith = (error: unknown): string | undefined => {
  if (!(error instanceof HeadwaterError))
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  return error.message.length > LONGEST_MESSAGE ? `a message of ${error.message.length} characters` : undefined;
};

/** Reads an input once: what is wrong, and how long it took. */
const readOnce = async (
  read: Read,
  bytes: Buffer,
): Promise<{ readonly fault: string | undefined; readonly ms: number }> => {
  const since = performance.now();
  let fault: string | undefined;
  try {
    const result = read(bytes);
    // A turn of the event loop for each input would take longer than most readers.
    if (result instanceof Promise) await result;
  } catch (error) {
    fault = wrongWith(error);
  }
  return { fault, ms: performance.now() - since };
};

const faultOf = async (read: Read, bytes: Buffer): Promise<string | undefined> => {
  for (let attempt = 1; ; attempt++) {
    const { fault, ms } = await readOnce(read, bytes);
    if (fault !== undefined || ms < LONGEST_MS) return fault;
    // Read again before it counts: the machine may have been busy.
    if (attempt === 3) return `it took ${ms} ms`;
  }
};

/** A shorter input with a fault: parts are left out while one remains. */
const shortened = async (read: Read, bytes: Buffer): Promise<Buffer> => {
  let shortest = bytes;
  for (let step = Math.ceil(bytes.length / 2); step >= 1; step = step === 1 ? 0 : Math.ceil(step / 2))
    for (let at = 0; at < shortest.length;) {
      const shorter = Buffer.concat([shortest.subarray(0, at), shortest.subarray(at + step)]);
      if ((await faultOf(read, shorter)) === undefined) at += step;
      else shortest = shorter;
    }
  return shortest;
};

/** How a reader is tried. */
export interface FuzzOptions {
  readonly seeds: readonly (string | Uint8Array)[];
  readonly runs: number;
  readonly seed: number;
  /** Whether inputs that reach new code are mutated in turn. */
  readonly guided: boolean;
}

/**
 * Gives a reader inputs near its seeds. Each must be read, or refused with a `HeadwaterError` of bounded length, in
 * time.
 *
 * @returns how many inputs were in the corpus at the end
 * @throws Error with the shortest input found, where one is not
 */
export const fuzz = async (read: Read, { seeds, runs, seed, guided }: FuzzOptions): Promise<number> => {
  const random = generator(seed, 'test');
  const corpus: Buffer[] = seeds.map((bytes) => Buffer.from(bytes));
  const readAll = async (batch: readonly Buffer[]): Promise<void> => {
    for (const bytes of batch) {
      const fault = await faultOf(read, bytes);
      if (fault === undefined) continue;
      const shortest = await shortened(read, bytes);
      throw new Error(
        `seed ${seed}, input (base64) ${shortest.toString('base64')}: ${(await faultOf(read, shortest)) ?? fault}`,
      );
    }
  };
  /** Looks by halves for one input of a batch that reaches what the batch reached first. */
  const finder = async (batch: readonly Buffer[], fresh: Places, guide: NewCode): Promise<Buffer | undefined> => {
    if (batch.length <= 1) return batch[0];
    const [first, second] = [batch.slice(0, batch.length / 2), batch.slice(batch.length / 2)];
    await readAll(first);
    return finder(guide.ranAny(fresh) ? first : second, fresh, guide);
  };

  const some = (count: number): readonly Buffer[] => Array.from({ length: count }, () => nextInput(random, corpus));

  let done = 0;
  if (guided) {
    const guide = new NewCode();
    try {
      for (const most = Math.min(runs, GUIDED); done < most; done += BATCH) {
        const batch = some(BATCH);
        await readAll(batch);
        const fresh = guide.take();
        const found = fresh === undefined ? undefined : await finder(batch, fresh, guide);
        if (found !== undefined && found.length <= LONGEST_KEPT && corpus.length < CORPUS) corpus.push(found);
      }
    } finally {
      guide.end();
    }
  }
  for (; done < runs; done += BATCH) await readAll(some(Math.min(BATCH, runs - done)));
  return corpus.length;
};
