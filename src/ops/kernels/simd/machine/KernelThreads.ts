import { messageOf } from '../../../../contracts/messageOf.js';
import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { runtimeProcess } from '../../../../contracts/runtime/nodeModule.js';
import { KERNEL_LAYOUTS } from './kernelArguments.js';
import type { KernelArguments, KernelName } from './kernelArguments.js';
import type { KernelMemory } from './KernelMemory.js';
import { hasEnded, startKernelWorker, type KernelWorker } from './kernelWorker.js';
import { MOST_THREADS } from './mostThreads.js';
import { webAssembly } from './webAssembly.js';
import type { WasmModule } from './webAssembly.js';

/** The used exports of assembly/index.ts. */
interface KernelExports {
  readonly awaitWorkers: (milliseconds: number) => number;
  readonly activate: (values: number, count: number, kind: number) => void;
  readonly runAlone: (kernel: number, count: number) => void;
  readonly runTogether: (kernel: number, count: number, workers: number, looks: number) => number;
  readonly takeOver: (worker: number) => number;
}

/** The address of the arguments of a job: `ARGUMENTS` of assembly/tasks.ts. */
const ARGUMENTS = 1344;
const MOST_ARGUMENTS = 64;

/**
 * How many times an idle worker checks for the next job before it sleeps. It takes about a millisecond, longer than the
 * pauses within a training step. Waking a worker takes a tenth of that.
 */
const SPINS = 200_000;

/** The address of the number of workers inside a job: `INSIDE` of assembly/tasks.ts. */
const INSIDE = 1152;

/**
 * How many times the calling thread checks whether the workers have left the job before it sleeps. It takes about a
 * millisecond. On a busy machine a worker may need the core of the calling thread.
 */
const LOOKS = 1_000_000;

const warn = (message: string): void => {
  if (runtimeProcess?.emitWarning !== undefined)
    runtimeProcess.emitWarning(message, { type: 'HeadwaterWarning', code: 'HW_BACKEND' });
  else console.warn(message);
};

/** Whether this thread may block until another thread wakes it. The main thread of a browser may not. */
const maySleep = (): boolean => {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
};

/** Settings of {@link KernelThreads}. */
export interface ThreadOptions {
  /** The number of threads that compute, including the calling one; from 1 to {@link MOST_THREADS}. */
  readonly threads: number;
  /** The longest time that a living worker may take to answer, in milliseconds. Default 20,000. */
  readonly patience?: number | undefined;
  /** Called with a message when a worker is lost. Default: a warning of the process. */
  readonly lost?: ((message: string) => void) | undefined;
}

/**
 * Runs kernels on the calling thread and on worker threads.
 *
 * A kernel consists of tasks. They depend only on the arguments of the kernel, never on the number of threads, and no
 * two tasks write the same value. So the results have the same bits for every number of threads. Workers take tasks
 * until none are left. The calling thread does not wait for a worker that is still asleep.
 *
 * The workers start with the first kernel of more than one task, and do not keep the process alive. If a worker dies,
 * the calling thread does the rest of its task, and the number of threads decreases by one.
 */
export class KernelThreads {
  /** The number of threads, including the calling one, from the next kernel on; from 1 to {@link MOST_THREADS}. */
  threads: number;
  readonly #module: WasmModule;
  readonly #memory: KernelMemory;
  readonly #kernels: KernelExports;
  readonly #patience: number;
  readonly #words: Int32Array;
  readonly #floats: Float32Array;
  readonly #inside: Int32Array;
  readonly #lost: (message: string) => void;
  readonly #maySleep = maySleep();
  /** The workers by number; undefined for a lost worker. */
  readonly #workers: (KernelWorker | undefined)[] = [];
  /** The number of threads of the last call of `#find`, and the bound that the numbers of its workers are below. */
  #found = { threads: 1, below: 0 };
  #failure: HeadwaterError | undefined;

  constructor(module: WasmModule, memory: KernelMemory, { threads, patience = 20_000, lost = warn }: ThreadOptions) {
    this.threads = threads;
    this.#module = module;
    this.#memory = memory;
    this.#patience = patience;
    this.#lost = lost;
    if (webAssembly === undefined) throw new HeadwaterError('HW_BACKEND', 'This engine has no WebAssembly.');
    this.#kernels = new webAssembly.Instance(module, { env: { memory: memory.memory } }).exports as KernelExports;
    this.#words = memory.ints(ARGUMENTS, MOST_ARGUMENTS);
    this.#floats = memory.floats(ARGUMENTS, MOST_ARGUMENTS);
    this.#inside = memory.ints(INSIDE, 1);
  }

  /** The workers that were started and not lost. */
  get workers(): readonly KernelWorker[] {
    return this.#workers.filter((worker) => worker !== undefined);
  }

  /**
   * Runs all tasks of a kernel.
   *
   * @throws HeadwaterError `HW_BACKEND` when a worker does not answer and is not known to be dead; the results of the
   *   kernel must not be used
   */
  run<Name extends KernelName>(kernel: Name, tasks: number, args: KernelArguments<Name>): void {
    const { code, fields } = KERNEL_LAYOUTS[kernel];
    for (let i = 0; i < fields.length; i++) {
      const { name, float } = fields[i]!;
      const value = (args as Readonly<Record<string, number>>)[name]!;
      if (float) this.#floats[i] = value;
      else this.#words[i] = value;
    }
    if (this.#failure !== undefined) throw this.#failure;
    if (this.threads === 1 || tasks === 1) {
      this.#kernels.runAlone(code, tasks);
      return;
    }
    if (this.#found.threads !== this.threads) this.#find();
    if (this.#kernels.runTogether(code, tasks, this.#found.below, LOOKS) === 0) this.#awaitWorkers();
  }

  /** Replaces `count` values, a multiple of four, by their tanh or sigmoid. */
  activate(values: number, count: number, kind: 'tanh' | 'sigmoid'): void {
    this.#kernels.activate(values, count, kind === 'tanh' ? 0 : 1);
  }

  /** Selects the workers for the current number of threads, and starts missing ones. */
  #find(): void {
    let below = 0;
    for (let living = 1; living < this.threads && below < MOST_THREADS - 1; below++) {
      if (below === this.#workers.length) this.#start(below);
      if (this.#workers[below] !== undefined) living++;
    }
    this.#found = { threads: this.threads, below };
  }

  #start(number: number): void {
    try {
      this.#workers[number] = startKernelWorker(
        { compiled: this.#module, memory: this.#memory.memory, worker: number, spins: SPINS },
        (why) => this.#lose(number, why),
      );
    } catch (error) {
      this.#workers[number] = undefined;
      this.threads -= 1;
      this.#tell(`could not be started: ${messageOf(error)}`);
    }
  }

  /** Continues without a dead worker. */
  #lose(number: number, why: string): void {
    if (this.#workers[number] === undefined) return;
    this.#kernels.takeOver(number);
    this.#workers[number] = undefined;
    // A worker that was unused because `threads` was reduced is not replaced.
    if (number >= this.#found.below) return;
    this.threads -= 1;
    this.#find();
    this.#tell(why);
  }

  #tell(why: string): void {
    this.#lost(
      `A worker thread of the kernels ${why}. The computation continues with ` +
        `${this.threads === 1 ? '1 thread' : `${this.threads} threads`}; the results are the same.`,
    );
  }

  /** Waits for workers that are inside a job for an unusually long time. A worker that died there never leaves. */
  #awaitWorkers(): void {
    // Several short waits, with a check for dead workers after each.
    const pause = 50;
    if (this.#maySleep) {
      for (let waited = 0; waited < this.#patience; waited += pause)
        if (this.#kernels.awaitWorkers(pause) === 1 || this.#replaceTheDead()) return;
    } else {
      const end = performance.now() + this.#patience;
      do if (Atomics.load(this.#inside, 0) === 0) return;
      while (performance.now() < end);
    }
    this.#failure = new HeadwaterError(
      'HW_BACKEND',
      `A worker thread of the kernels has not answered for ${this.#patience / 1000} s: it was killed, ` +
        'or the machine is far too busy. Start the process again; with one thread there is no worker.',
    );
    throw this.#failure;
  }

  /** Does the work of workers that died inside a job. Returns whether no worker is inside any more. */
  #replaceTheDead(): boolean {
    this.#workers.forEach((worker, number) => {
      if (worker !== undefined && hasEnded(worker)) this.#lose(number, 'has ended within a computation');
    });
    return Atomics.load(this.#inside, 0) === 0;
  }
}
