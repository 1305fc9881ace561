/**
 * What each thread notes of its work, so that another can end it where the thread dies: a cache line each, past the first page.
 *
 * A worker dies where the engine ends it, at a call of a function or at the end of a turn of a loop, or at a trap, which every other thread would meet too.
 * So what stands between two such places is done as a whole or not at all: a note and what it is about must stand side by side.
 */
const RECORDS: usize = 65536;
const RECORD: usize = 64;

/** The task that the thread took last, from 1; 0 for none. */
const TASK: usize = 0;
/** How much of this task is done: {@link noteDone}. */
const DONE: usize = 4;
/** Whether the thread counts as inside a job. */
const WITHIN: usize = 8;

/** This thread's own record; every thread has an instance of this module, and so one of its own. */
let own: usize = RECORDS;

/** Gives this thread its record; the calling thread is number 0. */
export function useRecord(thread: i32): void {
  own = recordOf(thread);
}

/** The record of a thread. */
export function recordOf(thread: i32): usize {
  return RECORDS + <usize>thread * RECORD;
}

/** Notes that this thread has taken a task, and how much of it another thread has done. */
// @ts-ignore: decorator
@inline
export function noteTask(task: i32, done: i32): void {
  store<i32>(own, done, DONE);
  store<i32>(own, task + 1, TASK);
}

/** Notes that this thread has no task. */
// @ts-ignore: decorator
@inline
export function noteNoTask(): void {
  store<i32>(own, 0, TASK);
}

/**
 * Notes how much of the task is done. A kernel that writes in place of what it reads must, since what it has done may not be done twice:
 * right after it has written, and with no call between. All other tasks are done again from their beginning.
 */
// @ts-ignore: decorator
@inline
export function noteDone(done: i32): void {
  store<i32>(own, done, DONE);
}

/** How much of the task is done already: 0 unless another thread has died of it. */
// @ts-ignore: decorator
@inline
export function doneBefore(): i32 {
  return load<i32>(own, DONE);
}

/** Notes whether this thread counts as inside a job. */
// @ts-ignore: decorator
@inline
export function noteWithin(within: bool): void {
  store<i32>(own, <i32>within, WITHIN);
}

/** The task that a thread took last, from 0; −1 for none. */
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

/** Empties a record. */
export function clear(record: usize): void {
  store<i32>(record, 0, TASK);
  store<i32>(record, 0, WITHIN);
}
