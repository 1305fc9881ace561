import type * as workerThreads from 'node:worker_threads';
import type { Worker as NodeWorker } from 'node:worker_threads';
import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { nodeModule, runtimeProcess } from '../../../../contracts/runtime/nodeModule.js';
import type { WasmMemory, WasmModule } from './webAssembly.js';

/** What a worker needs to serve. */
export interface KernelWorkerData {
  readonly compiled: WasmModule;
  readonly memory: WasmMemory;
  /** Its number. */
  readonly worker: number;
  /** How often it looks for a job before it sleeps. */
  readonly spins: number;
}

/** Told when a worker is of no more use, and why, in words. */
export type WorkerFailed = (why: string) => void;

// The whole worker: all that it does is in assembly/tasks.ts. It stands here as text because a file of its own would
// have to be found, and loaded, in every way that this module is.
const SERVE = `({ compiled, memory, worker, spins }) => {
  new WebAssembly.Instance(compiled, { env: { memory } }).exports.serve(worker, spins);
}`;

const NODE_SOURCE = `(${SERVE})(process.getBuiltinModule('node:worker_threads').workerData);`;

const WEB_SOURCE = `onmessage = ({ data }) => {
  postMessage('started');
  (${SERVE})(data);
};`;

/** What is used of a browser's worker, which TypeScript declares for browsers alone. */
interface WebWorker {
  postMessage(data: KernelWorkerData): void;
  addEventListener(type: 'message' | 'error', listener: (event: { readonly message?: string }) => void): void;
  terminate(): void;
}

interface WebScope {
  readonly Worker?: new (url: string) => WebWorker;
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: { readonly hardwareConcurrency?: number };
}

const web = globalThis as WebScope;

/** A worker that was started. */
export type KernelWorker = NodeWorker | WebWorker;

/**
 * How many threads can compute here with a processor core each, the calling one among them. In a browser that is one,
 * unless the page is cross-origin isolated: only then may its memory go to workers.
 */
export const availableThreads = (): number => {
  const os = nodeModule('node:os');
  if (os !== undefined) return os.availableParallelism();
  return web.crossOriginIsolated === true && web.Worker !== undefined ? (web.navigator?.hardwareConcurrency ?? 1) : 1;
};

/** Whether memory may go to workers here. */
export const mayStartWorkers = (): boolean =>
  nodeModule('node:worker_threads') !== undefined || (web.crossOriginIsolated === true && web.Worker !== undefined);

/**
 * How long a worker has been idle, as Node measures it; 0 in Deno and Bun, which have the names of Node and do not measure.
 */
const idleTime = ({ performance }: Pick<NodeWorker, 'performance'>): number => {
  const { versions } = runtimeProcess ?? {};
  if (versions?.['deno'] !== undefined || versions?.['bun'] !== undefined) return 0;
  return performance.eventLoopUtilization().idle;
};

/**
 * Whether a worker's thread has ended, as far as it can be known at once: the events that say so wait until the calling
 * thread is idle. Of a thread that has ended, Node measures no idle time any more, and says −1.
 */
export const hasEnded = (worker: KernelWorker): boolean => 'performance' in worker && idleTime(worker) < 0;

const startNodeWorker = (
  { Worker }: typeof workerThreads,
  workerData: KernelWorkerData,
  failed: WorkerFailed,
): NodeWorker => {
  const worker = new Worker(NODE_SOURCE, { eval: true, execArgv: [], workerData });
  worker.unref();
  // Node notes when a thread's loop began at the first question, and answers none about one that ended before.
  worker.once('online', () => idleTime(worker));
  worker.on('error', (error) => failed(`has failed: ${error.message}`));
  worker.on('exit', (code) => failed(`has ended with code ${code}`));
  return worker;
};

/**
 * Starts a worker of a browser. One that does not even begin, since the page's policy forbids it, is no failure: nobody
 * waits for a worker that has not begun, and the calling thread does all the work.
 */
const startWebWorker = (
  Worker: new (url: string) => WebWorker,
  data: KernelWorkerData,
  failed: WorkerFailed,
): WebWorker => {
  const url = URL.createObjectURL(new Blob([WEB_SOURCE], { type: 'text/javascript' }));
  const worker = new Worker(url);
  let started = false;
  worker.addEventListener('message', () => {
    started = true;
    URL.revokeObjectURL(url);
  });
  worker.addEventListener('error', ({ message }) => {
    URL.revokeObjectURL(url);
    if (started) failed(`has failed: ${message ?? 'the browser does not say why'}`);
  });
  worker.postMessage(data);
  return worker;
};

/**
 * Starts a worker of the kernels, which keeps no process alive.
 *
 * @param failed told when it is of no more use
 * @throws HeadwaterError `HW_BACKEND` where none can be started
 */
export const startKernelWorker = (data: KernelWorkerData, failed: WorkerFailed): KernelWorker => {
  const threads = nodeModule('node:worker_threads');
  if (threads !== undefined) return startNodeWorker(threads, data, failed);
  if (web.Worker !== undefined) return startWebWorker(web.Worker, data, failed);
  throw new HeadwaterError('HW_BACKEND', 'No worker threads can be started here. Compute with one thread.');
};
