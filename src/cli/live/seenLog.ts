import { join } from 'node:path';
import type { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { isOutOfFiles } from '../../contracts/isOutOfFiles.js';
import { type DedupeMemory, dedupeMemoryFrom, type DedupeMemoryJson } from '../../operators/live/dedupeMemory.js';
import { recordLog } from '../../sinks/files/recordLog.js';

const MAGIC = 'headwater seen 1\n';

/** The size of a key's hash. Bytes. */
const SIZE = 8;

/**
 * How many keys more than the memory can hold the log has before it is rewritten, as a share of them. Keys that are
 * seen again are not appended, so only a rewritten log has them in the order of the memory: after a restart, the keys
 * that stood at its start are forgotten.
 */
const SURPLUS = 0.25;

/** Receives the errors of a log of seen headlines. */
export interface SeenLogFaults {
  readonly damaged: { next(damage: HeadwaterError): void };
  readonly failed: { next(error: unknown): void };
}

const hashesOf = (json: DedupeMemoryJson): Uint8Array => Buffer.from(json.keys, 'base64');

/**
 * The memory of seen headlines, restored from a log. Each new headline is appended to the log at once.
 *
 * @param room returns the number of keys that the memory has room for. It may grow
 * @param before the seen headlines from another file, if there is no log yet
 * @param faults `damaged` receives the error of a log that cannot be read as one; `failed` that of a write, because the
 *   log is written after the call that added the headline
 */
export const seenLog = (
  folder: string,
  room: () => number,
  before: DedupeMemoryJson | undefined,
  { damaged, failed }: SeenLogFaults,
): DedupeMemory => {
  const { log, records } = recordLog(join(folder, 'seen.log'), { magic: MAGIC, size: SIZE, damaged });
  if (records === undefined && before !== undefined) log.rewrite(hashesOf(before));
  const keys = records === undefined ? (before?.keys ?? '') : Buffer.from(records).toString('base64');

  let added: Uint8Array[] = [];
  /** Rewrites the log. If no file can be opened at the moment, it stays as it is, and is rewritten later. */
  const isRewritten = (): boolean => {
    try {
      log.rewrite(hashesOf(memory.toJSON()));
      return true;
    } catch (error) {
      if (!isOutOfFiles(error)) throw error;
      return false;
    }
  };
  const flush = (): void => {
    const all = Buffer.concat(added);
    added = [];
    // In the order of the memory, so that the oldest keys are still removed first after a restart.
    try {
      const { capacity } = memory;
      const most = capacity * (ordered === capacity ? 1 + SURPLUS : 1);
      if (log.count + all.length / SIZE > most && isRewritten()) ordered = capacity;
      else log.append(all);
    } catch (error) {
      // Thrown from a microtask, it would end the process with a trace.
      failed.next(error);
    }
  };
  const memory = dedupeMemoryFrom(
    { formatVersion: 1, keys },
    {
      capacity: room(),
      room,
      // Keys that are added in one turn are written together.
      added: (hash) => {
        if (added.push(hash) === 1) queueMicrotask(flush);
      },
    },
  );
  // The capacity at which the log was rewritten. Until it has more keys than the memory, its order does not matter.
  let ordered = log.count > memory.capacity ? memory.capacity : 0;
  return memory;
};
