import { Adam, adam } from './adam';
import { Attention, attend, attendBackward } from './attention';
import { Dropout, dropout } from './dropout';
import { Scaling, Squares, scale, sumSquares } from './norm';
import { Pass } from './Pass';
import { Pooling, pool, poolBackward } from './pooling';
import { Packing, Product, TransposedProduct, packPanels, product, transposedProduct } from './products';
import { backward, forward } from './recurrence';
import { clear, doneOf, isWithin, noteNoTask, noteTask, noteWithin, recordOf, taskOf, useRecord } from './records';
import { SparseProduct, SparseTranspose, sparseProduct, transposeRows } from './sparse';
import { Softmax, crossEntropy, softmax } from './softmax';
import {
  Filling,
  Gathering,
  Grouping,
  Scattering,
  Summing,
  fill,
  gatherRows,
  scatterRows,
  sumGroups,
  sumRows,
} from './rows';
import { useBorder } from './tile';
import { Vectors, vectorRows } from './vectors';

/**
 * The kernels that consist of tasks. No two tasks write the same value, so they may run in any order and on any thread,
 * with the same bits as result.
 */
export enum Kernel {
  packPanels,
  product,
  transposedProduct,
  gatherRows,
  scatterRows,
  sumGroups,
  sumRows,
  fill,
  forward,
  backward,
  adam,
  dropout,
  softmax,
  crossEntropy,
  pool,
  poolBackward,
  attend,
  attendBackward,
  sparseProduct,
  transposeRows,
  vectorRows,
  sumSquares,
  scale,
}

function runTask(kernel: i32, args: usize, task: i32): void {
  switch (kernel) {
    case Kernel.packPanels: return packPanels(changetype<Packing>(args), task);
    case Kernel.product: return product(changetype<Product>(args), task);
    case Kernel.transposedProduct: return transposedProduct(changetype<TransposedProduct>(args), task);
    case Kernel.gatherRows: return gatherRows(changetype<Gathering>(args), task);
    case Kernel.scatterRows: return scatterRows(changetype<Scattering>(args), task);
    case Kernel.sumGroups: return sumGroups(changetype<Grouping>(args), task);
    case Kernel.sumRows: return sumRows(changetype<Summing>(args), task);
    case Kernel.fill: return fill(changetype<Filling>(args), task);
    case Kernel.forward: return forward(changetype<Pass>(args), task);
    case Kernel.backward: return backward(changetype<Pass>(args), task);
    case Kernel.adam: return adam(changetype<Adam>(args), task);
    case Kernel.dropout: return dropout(changetype<Dropout>(args), task);
    case Kernel.softmax: return softmax(changetype<Softmax>(args), task);
    case Kernel.crossEntropy: return crossEntropy(changetype<Softmax>(args), task);
    case Kernel.pool: return pool(changetype<Pooling>(args), task);
    case Kernel.poolBackward: return poolBackward(changetype<Pooling>(args), task);
    case Kernel.attend: return attend(changetype<Attention>(args), task);
    case Kernel.attendBackward: return attendBackward(changetype<Attention>(args), task);
    case Kernel.sparseProduct: return sparseProduct(changetype<SparseProduct>(args), task);
    case Kernel.transposeRows: return transposeRows(changetype<SparseTranspose>(args));
    case Kernel.vectorRows: return vectorRows(changetype<Vectors>(args), task);
    case Kernel.sumSquares: return sumSquares(changetype<Squares>(args), task);
    case Kernel.scale: return scale(changetype<Scaling>(args), task);
    default: unreachable();
  }
}

// The shared state of the threads: 32-bit words at these addresses. Words that several threads write are a cache line
// apart.
/** Odd while the job is open to workers. Opening and closing each add one. */
const GATE: usize = 1024;
/** The next task that no thread has taken. */
const NEXT: usize = 1088;
/**
 * The number of workers inside the job, which may have taken tasks. A job is over when its tasks are taken and no
 * worker is inside.
 */
const INSIDE: usize = 1152;
/** The number of workers that sleep and must be woken. */
const SLEEPING: usize = 1216;
/** The number of workers that may take part: those with a lower number. */
const WORKERS: usize = 1220;
/** Whether the calling thread sleeps until the last worker has left. */
const AWAITED: usize = 1224;
/**
 * The job: its kernel, the number of its tasks, its arguments. Written while the gate is closed and no worker is
 * inside.
 */
const KERNEL: usize = 1280;
const COUNT: usize = 1284;
export const ARGUMENTS: usize = 1344;

function takeTasks(): void {
  const kernel = load<i32>(KERNEL);
  const count = load<i32>(COUNT);
  while (true) {
    const task = atomic.add<i32>(NEXT, 1);
    // Must directly follow the addition: if the thread dies, the task that it took must be on record.
    noteTask(task, 0);
    if (task >= count) break;
    runTask(kernel, ARGUMENTS, task);
  }
  noteNoTask();
}

/**
 * The endless loop of worker number `worker`: it waits for a job and takes tasks until none are left.
 *
 * Waking a sleeping worker takes longer than most jobs, so the worker checks for the next job `spins` times before it
 * sleeps.
 */
export function serve(worker: i32, spins: i32): void {
  useBorder(worker + 1);
  useRecord(worker + 1);
  let done = 0;
  while (true) {
    let gate = 0;
    let spin = 0;
    do gate = atomic.load<i32>(GATE);
    while (((gate & 1) == 0 || gate == done) && ++spin < spins);
    if ((gate & 1) == 0 || gate == done) {
      atomic.add<i32>(SLEEPING, 1);
      atomic.wait<i32>(GATE, gate, -1);
      atomic.sub<i32>(SLEEPING, 1);
      continue;
    }
    if (worker >= atomic.load<i32>(WORKERS)) {
      done = gate;
      continue;
    }
    atomic.add<i32>(INSIDE, 1);
    noteWithin(true);
    // The gate is read again: only a worker that counts as inside keeps the job from changing. Before that, the job may
    // have ended or another may have started.
    gate = atomic.load<i32>(GATE);
    if ((gate & 1) != 0) {
      done = gate;
      takeTasks();
    }
    noteWithin(false);
    if (atomic.sub<i32>(INSIDE, 1) == 1 && atomic.load<i32>(AWAITED) != 0) atomic.notify(INSIDE, 1);
  }
}

/** Runs all tasks of a kernel on the calling thread; its arguments are at {@link ARGUMENTS}. */
export function runAlone(kernel: i32, count: i32): void {
  for (let task = 0; task < count; task++) {
    noteTask(task, 0);
    runTask(kernel, ARGUMENTS, task);
  }
}

/**
 * Runs the tasks of a kernel together with the awake ones of the first `workers` workers. Wakes the sleeping ones, but
 * does not wait for them.
 *
 * @returns whether all workers have left within `looks` checks; if not, {@link awaitWorkers} continues to wait
 */
export function runTogether(kernel: i32, count: i32, workers: i32, looks: i32): bool {
  store<i32>(KERNEL, kernel);
  store<i32>(COUNT, count);
  atomic.store<i32>(NEXT, 0);
  atomic.store<i32>(WORKERS, workers);
  atomic.add<i32>(GATE, 1);
  if (atomic.load<i32>(SLEEPING) > 0) atomic.notify(GATE, -1);
  takeTasks();
  atomic.add<i32>(GATE, 1);
  for (let look = 0; look < looks; look++) if (atomic.load<i32>(INSIDE) == 0) return true;
  return false;
}

/** Sleeps until all workers have left, at most for the given time. Returns whether they have left. */
export function awaitWorkers(milliseconds: i32): bool {
  atomic.store<i32>(AWAITED, 1);
  const inside = atomic.load<i32>(INSIDE);
  if (inside != 0) atomic.wait<i32>(INSIDE, inside, <i64>milliseconds * 1000000);
  atomic.store<i32>(AWAITED, 0);
  return atomic.load<i32>(INSIDE) == 0;
}

/**
 * Completes the work of a dead worker: does the rest of its task, and counts it as outside. The arguments of the job
 * must be unchanged.
 *
 * @returns whether it was inside
 */
export function takeOver(worker: i32): bool {
  const record = recordOf(worker + 1);
  if (!isWithin(record)) return false;
  const task = taskOf(record);
  if (task >= 0 && task < load<i32>(COUNT)) {
    noteTask(task, doneOf(record));
    runTask(load<i32>(KERNEL), ARGUMENTS, task);
  }
  clear(record);
  atomic.sub<i32>(INSIDE, 1);
  return true;
}
