import { totalmem } from 'node:os';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import {
  asyncScheduler,
  catchError,
  concatMap,
  defer,
  EMPTY,
  filter,
  interval,
  map,
  type Observable,
  of,
  type SchedulerLike,
  take,
} from 'rxjs';

/** The available and used memory, in bytes. */
export interface MemoryUse {
  /** The used part of V8's old generation, which holds the objects that live for long. */
  readonly heap: number;
  /** The maximum size of the old generation: beyond it, V8 ends the process. */
  readonly heapLimit: number;
  /** The memory of the machine or container that this process uses. */
  readonly resident: number;
  /** The free part of that memory. */
  readonly available: number;
  /** The total of that memory. */
  readonly total: number;
}

/** The interval between two measurements. Milliseconds. */
const EVERY_MS = 250;
/** The share of the heap limit above which the heap is nearly full. */
const HEAP_SHARE = 0.9;
/** The share of the machine's memory below which free memory is nearly used up. */
const FREE_SHARE = 0.03;
/** The minimum share of it that this process uses; otherwise other processes are the cause. */
const OWN_SHARE = 0.25;

const MB = 2 ** 20;

/** The share of V8's limit that is for the old generation, unless an option sets it. The rest is for new objects. */
const OLD_SHARE = 0.95;

/**
 * The maximum size of V8's old generation, in bytes. V8 tells the limit of both generations together, and a small old
 * generation is full long before that.
 *
 * @param both the limit of both generations, in bytes
 * @param options the options of Node
 */
export const oldGenerationLimit = (both: number, options: readonly string[]): number => {
  const sizes = options.flatMap((option) => /^--max[-_]old[-_]space[-_]size=(\d+)$/.exec(option)?.[1] ?? []);
  const megabytes = Number(sizes.at(-1) ?? 0);
  return megabytes > 0 ? megabytes * MB : OLD_SHARE * both;
};

const memoryUse = (): MemoryUse => {
  const heap = getHeapSpaceStatistics()
    .filter(({ space_name: name }) => !name.startsWith('new_') && !name.startsWith('shared_'))
    .reduce((sum, { space_used_size: used }) => sum + used, 0);
  const options = [...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/), ...process.execArgv];
  const heapLimit = oldGenerationLimit(getHeapStatistics().heap_size_limit, options);
  const total = totalmem();
  const constrained = process.constrainedMemory();
  return {
    heap,
    heapLimit,
    resident: process.memoryUsage.rss(),
    available: process.availableMemory(),
    // Without a limit, a container reports 0 or a number larger than any memory.
    total: constrained > 0 && constrained < total ? constrained : total,
  };
};

const ADVICE = 'Give it fewer rows, a smaller --num-tokens or --max-length, or a smaller model.';

/** The warning if memory is running out; undefined if there is enough. */
export const memoryWarning = ({ heap, heapLimit, resident, available, total }: MemoryUse): string | undefined => {
  const inMb = (bytes: number): string => `${Math.round(bytes / MB).toLocaleString('en')} MB`;
  if (heap > HEAP_SHARE * heapLimit)
    return (
      `memory is nearly full: ${inMb(heap)} of the ${inMb(heapLimit)} that Node may use. If it ends here, ` +
      `allow more: NODE_OPTIONS=--max-old-space-size=${Math.round((2 * heapLimit) / MB)}. ${ADVICE}`
    );
  if (available < FREE_SHARE * total && resident > OWN_SHARE * total)
    return (
      `memory is nearly full: of ${inMb(total)}, ${inMb(available)} are left, and this process ` +
      `uses ${inMb(resident)}. The system may end it without a word. ${ADVICE}`
    );
  return undefined;
};

/**
 * Emits a warning once, when memory is running out. Afterwards, V8 may end the process with a trace, or the system may
 * kill it without a message.
 *
 * ```
 * memory:  ok ok ok low low
 * result:  ---------(w|)
 * ```
 *
 * @param look measures the memory
 * @param scheduler the clock for the measurements
 */
export const memoryWarning$ = (
  look: () => MemoryUse = memoryUse,
  scheduler: SchedulerLike = asyncScheduler,
): Observable<string> =>
  interval(EVERY_MS, scheduler).pipe(
    // Node reads the memory from a file, which is not possible while too many files are open.
    concatMap(() => defer(() => of(look())).pipe(catchError(() => EMPTY))),
    map(memoryWarning),
    filter((warning) => warning !== undefined),
    take(1),
  );
