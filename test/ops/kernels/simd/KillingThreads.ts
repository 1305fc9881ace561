import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { random } from '../../../../src/contracts/random.js';
import {
  KERNEL_LAYOUTS,
  type KernelArguments,
  type KernelName,
} from '../../../../src/ops/kernels/simd/machine/kernelArguments.js';
import type { KernelMemory } from '../../../../src/ops/kernels/simd/machine/KernelMemory.js';
import { hasEnded, startKernelWorker } from '../../../../src/ops/kernels/simd/machine/kernelWorker.js';
import { webAssembly, type WasmModule } from '../../../../src/ops/kernels/simd/machine/webAssembly.js';

/** Where threads meet: assembly/tasks.ts; and the records of their work: assembly/records.ts. */
const WORDS = { gate: 1024, next: 1088, inside: 1152, sleeping: 1216, workers: 1220, kernel: 1280, count: 1284 };
const ARGUMENTS = 1344;
const recordAt = (thread: number): number => 65536 + 64 * thread;

/** Kernels that take long enough for a worker to be met within a task. */
const LONG: ReadonlySet<KernelName> = new Set(['forward', 'backward', 'adam', 'scatterRows']);

interface Exports {
  readonly runAlone: (kernel: number, count: number) => void;
  readonly takeOver: (worker: number) => number;
}

/**
 * Runs kernels as `KernelThreads` does, and kills a worker within many of them: lets the worker begin the job by
 * itself, ends it a random moment later, and takes its work over.
 */
export class KillingThreads {
  /** Workers that were ended within a task, and those of them that had noted a part of it as done. */
  readonly killed = { withinTask: 0, withPart: 0 };
  readonly threads = 1;
  readonly #exports: Exports;
  readonly #words: Int32Array;
  readonly #floats: Float32Array;
  readonly #all: Int32Array;
  readonly #dice;
  #living: { readonly worker: Worker; readonly number: number }[] = [];

  constructor(
    private readonly module: WasmModule,
    private readonly memory: KernelMemory,
    seed: number,
  ) {
    this.#exports = new webAssembly!.Instance(module, { env: { memory: memory.memory } }).exports as unknown as Exports;
    this.#words = memory.ints(ARGUMENTS, 64);
    this.#floats = memory.floats(ARGUMENTS, 64);
    this.#all = memory.ints(0, 2 ** 15);
    this.#dice = random(seed, 'test');
  }

  /** Starts workers and waits until all of them sleep: each dies in a job. */
  async start(workers: number): Promise<void> {
    this.#living = Array.from({ length: workers }, (_, number) => {
      const worker = startKernelWorker(
        { compiled: this.module, memory: this.memory.memory, worker: number, spins: 1 },
        () => undefined,
      );
      if (!(worker instanceof Worker)) throw new Error('here they are workers of Node');
      return { worker, number };
    });
    await Promise.all(this.#living.map(({ worker }) => once(worker, 'online')));
    while (this.#word('sleeping') < workers) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  /** Ends the workers that are left. */
  async stop(): Promise<void> {
    await Promise.all(this.#living.map(({ worker }) => worker.terminate()));
    this.#living = [];
    // They were counted as sleeping.
    this.#put('sleeping', 0);
  }

  run<Name extends KernelName>(kernel: Name, tasks: number, args: KernelArguments<Name>): void {
    const { code, fields } = KERNEL_LAYOUTS[kernel];
    fields.forEach(({ name, float }, i) => {
      (float ? this.#floats : this.#words)[i] = (args as Readonly<Record<string, number>>)[name]!;
    });
    const next = tasks > 1 && (LONG.has(kernel) || this.#dice.below(8) === 0) ? this.#living.shift() : undefined;
    if (next === undefined) this.#exports.runAlone(code, tasks);
    else this.#killWithin(next, code, tasks);
  }

  #killWithin({ worker, number }: { readonly worker: Worker; readonly number: number }, code: number, tasks: number) {
    this.#put('kernel', code);
    this.#put('count', tasks);
    this.#put('next', 0);
    this.#put('workers', number + 1);
    Atomics.add(this.#all, WORDS.gate >> 2, 1);
    Atomics.notify(this.#all, WORDS.gate >> 2);
    while (this.#word('inside') === 0 && this.#word('next') === 0);
    const until = performance.now() + this.#dice.below(30) / 1000;
    while (performance.now() < until);
    void worker.terminate();
    Atomics.add(this.#all, WORDS.gate >> 2, 1);
    while (!hasEnded(worker)) Atomics.wait(this.#all, 0, this.#all[0]!, 1);

    const [task, done, within] = this.memory.ints(recordAt(number + 1), 3) as unknown as [number, number, number];
    if (within !== 0 && task > 0 && task <= tasks) this.killed.withinTask++;
    if (within !== 0 && task > 0 && task <= tasks && done > 0) this.killed.withPart++;
    // What nobody took is done as if another worker had died at its beginning.
    const fake = 150;
    for (let left = this.#word('next'); left < tasks; left++) {
      this.memory.ints(recordAt(fake + 1), 3).set([left + 1, 0, 1]);
      Atomics.add(this.#all, WORDS.inside >> 2, 1);
      this.#exports.takeOver(fake);
    }
    this.#exports.takeOver(number);
    if (this.#word('inside') !== 0) throw new Error('somebody is still inside');
  }

  #word(name: keyof typeof WORDS): number {
    return Atomics.load(this.#all, WORDS[name] >> 2);
  }

  #put(name: keyof typeof WORDS, value: number): void {
    Atomics.store(this.#all, WORDS[name] >> 2, value);
  }
}
