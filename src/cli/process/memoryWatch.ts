import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { asyncScheduler, interval, map, type Observable, type SchedulerLike, take, filter } from 'rxjs';

/** How much memory there is and how much is used, in bytes. */
export interface MemoryUse {
  /** What V8 uses of its heap. */
  readonly heap: number;
  /** The most that V8 may use: with more, it ends the process. */
  readonly heapLimit: number;
  /** What this process uses of the memory of the machine, or of its container. */
  readonly resident: number;
  /** What is free of that memory. */
  readonly available: number;
  /** The whole of that memory. */
  readonly total: number;
}

/** How often is looked, in milliseconds. */
const EVERY_MS = 250;
/** The share of the heap from which the end is near. */
const HEAP_SHARE = 0.9;
/** The share of the machine's memory that is free when the end is near. */
const FREE_SHARE = 0.03;
/** The share of it that this process uses at least: else others use it, and their end is as near. */
const OWN_SHARE = 0.25;

const MB = 2 ** 20;

const memoryUse = (): MemoryUse => {
  const { used_heap_size: heap, heap_size_limit: heapLimit } = getHeapStatistics();
  const total = totalmem();
  const constrained = process.constrainedMemory();
  return {
    heap,
    heapLimit,
    resident: process.memoryUsage.rss(),
    available: process.availableMemory(),
    // A container without a limit gives 0 or a number beyond all machines.
    total: constrained > 0 && constrained < total ? constrained : total,
  };
};

const ADVICE = 'Give it fewer rows, a smaller --num-tokens or --max-length, or a smaller model.';

/** What is said where memory is about to run out; undefined where there is enough. */
export const memoryWarning = ({ heap, heapLimit, resident, available, total }: MemoryUse): string | undefined => {
  const inMb = (bytes: number): string => `${Math.round(bytes / MB).toLocaleString('en')} MB`;
  if (heap > HEAP_SHARE * heapLimit)
    return `memory is nearly full: ${inMb(heap)} of the ${inMb(heapLimit)} that Node may use. If it ends here, allow more: NODE_OPTIONS=--max-old-space-size=${Math.round((2 * heapLimit) / MB)}. ${ADVICE}`;
  if (available < FREE_SHARE * total && resident > OWN_SHARE * total)
    return `memory is nearly full: of ${inMb(total)}, ${inMb(available)} are left, and this process uses ${inMb(resident)}. The system may end it without a word. ${ADVICE}`;
  return undefined;
};

/**
 * Emits a warning, once, when memory is about to run out: what comes then is a trace of V8, or the end without a word.
 *
 * ```
 * memory:  ok ok ok low low
 * result:  ---------(w|)
 * ```
 *
 * @param look how much there is
 * @param scheduler times the looks
 */
export const memoryWarning$ = (
  look: () => MemoryUse = memoryUse,
  scheduler: SchedulerLike = asyncScheduler,
): Observable<string> =>
  interval(EVERY_MS, scheduler).pipe(
    map(() => memoryWarning(look())),
    filter((warning) => warning !== undefined),
    take(1),
  );
