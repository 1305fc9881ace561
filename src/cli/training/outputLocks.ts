import { join } from 'node:path';
import type { Observable } from 'rxjs';
import { isLogFile } from '../checkpoints/eventLog.js';
import { type Locked, whileLocked } from '../outputs/heldLock.js';
import type { Terminal } from '../process/Terminal.js';

/** The file in the folder of the model that only a training has. */
const LOCK = 'training.lock';

const locksOf = (out: string, events: string | undefined): readonly Locked[] => [
  {
    path: join(out, LOCK),
    use: `trains a model in ${out}`,
    needs: 'folder',
    option: '--out',
    where: out,
  },
  ...(events !== undefined && isLogFile(events)
    ? [
        {
          path: `${events}.lock`,
          use: `writes the events of a training to ${events}`,
          needs: 'file',
          option: '--events',
          where: events,
        },
      ]
    : []),
];

/**
 * Trains while this process holds the locks of its outputs. Two trainings at the same time would mix their checkpoints
 * or their events.
 *
 * @param out the folder of the model
 * @param events the file of the event log, if any
 * @throws HeadwaterError `HW_USAGE` if another training writes to the folder or the file, `HW_WRITE` if it cannot be
 *   locked
 */
export const lockingOutputs = <T>(
  out: string,
  events: string | undefined,
  { stderr }: Pick<Terminal, 'stderr'>,
  training$: Observable<T>,
): Observable<T> => locksOf(out, events).reduceRight((work$, locked) => whileLocked(locked, stderr, work$), training$);
