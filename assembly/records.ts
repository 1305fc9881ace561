/**
 * The record of each thread's work, so that another thread can complete it if the thread dies. Each record is one cache
 * line, after the first page.
 *
 * The engine can end a worker only at a function call or at the end of a loop iteration. A worker also dies at a trap,
 * which every other thread would hit too. So the code between two such points runs completely or not at all: an update
 * of the record must be next to the work that it records.
 */
const RECORDS: usize = 65536;
const RECORD: usize = 64;

/** The number of the last task that the thread took, from 1; 0 for none. */
const TASK: usize = 0;
/** How much of this task is done, see {@link noteDone}. */
const DONE: usize = 4;
/** Whether the thread counts as inside a job. */
const WITHIN: usize = 8;

/** The record of this thread. Every thread has its own instance of this module, and so its own variable. */
let own: usize = RECORDS;

/** Sets the record of this thread. The calling thread is number 0. */
export function useRecord(thread: i32): void {
  own = recordOf(thread);
}

/** The record of a thread. */
export function recordOf(thread: i32): usize {
  return RECORDS + <usize>thread * RECORD;
}

/** Records that this thread has taken a task, and how much of it another thread has done. */
// @ts-ignore: decorator
@inline
export function noteTask(task: i32, done: i32): void {
  store<i32>(own, done, DONE);
  store<i32>(own, task + 1, TASK);
}

/** Records that this thread has no task. */
// @ts-ignore: decorator
@inline
export function noteNoTask(): void {
  store<i32>(own, 0, TASK);
}

/**
 * Records how much of the task is done. Only a kernel that overwrites its inputs must call it, since its work must not
 * be done twice. It must call it right after each write, with no function call between. All other tasks are simply
 * repeated from the start.
 */
// @ts-ignore: decorator
@inline
export function noteDone(done: i32): void {
  store<i32>(own, done, DONE);
}

/** How much of the task is already done: 0 unless another thread died during it. */
// @ts-ignore: decorator
@inline
export function doneBefore(): i32 {
  return load<i32>(own, DONE);
}

/** Records whether this thread counts as inside a job. */
// @ts-ignore: decorator
@inline
export function noteWithin(within: bool): void {
  store<i32>(own, <i32>within, WITHIN);
}

/** The number of the last task that a thread took, from 0; −1 for none. */
export function taskOf(record: usize): i32 {
  return load<i32>(record, TASK) - 1;
}

/** How much of its task a thread has done. */
export function doneOf(record: usize): i32 {
  return load<i32>(record, DONE);
}

/** Whether a thread counts as inside a job. */
export function isWithin(record: usize): bool {
  return load<i32>(record, WITHIN) != 0;
}

/** Clears a record. */
export function clear(record: usize): void {
  store<i32>(record, 0, TASK);
  store<i32>(record, 0, WITHIN);
}
