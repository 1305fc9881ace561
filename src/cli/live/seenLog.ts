import { join } from 'node:path';
import type { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { type DedupeMemory, dedupeMemoryFrom, type DedupeMemoryJson } from '../../operators/live/dedupeMemory.js';
import { recordLog } from '../../sinks/files/recordLog.js';

const MAGIC = 'headwater seen 1\n';

/** A key's hash. */
const SIZE = 8;

/** How many times as many keys as there is room for the log may have before it is written anew. */
const FULL = 4;

const hashesOf = (json: DedupeMemoryJson): Uint8Array => Buffer.from(json.keys, 'base64');

/**
 * The headlines that were seen, as a log of them says; each further one is added to it at once.
 *
 * @param before what another file says of them, where there is no log yet
 */
export const seenLog = (
  folder: string,
  before: DedupeMemoryJson | undefined,
  damaged: { next(damage: HeadwaterError): void },
): DedupeMemory => {
  const { log, records } = recordLog(join(folder, 'seen.log'), { magic: MAGIC, size: SIZE, damaged });
  if (records === undefined && before !== undefined) log.rewrite(hashesOf(before));
  const keys = records === undefined ? (before?.keys ?? '') : Buffer.from(records).toString('base64');

  let added: Uint8Array[] = [];
  const flush = (): void => {
    const all = Buffer.concat(added);
    added = [];
    // In the order of the memory, so that the same keys are forgotten first.
    if (log.count + all.length / SIZE > FULL * memory.capacity) log.rewrite(hashesOf(memory.toJSON()));
    else log.append(all);
  };
  const memory = dedupeMemoryFrom(
    { formatVersion: 1, keys },
    {
      // Those that become known in one go are one write.
      added: (hash) => {
        if (added.push(hash) === 1) queueMicrotask(flush);
      },
    },
  );
  return memory;
};
