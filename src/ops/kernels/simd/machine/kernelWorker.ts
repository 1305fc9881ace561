import type * as workerThreads from 'node:worker_threads';
import type { Worker as NodeWorker } from 'node:worker_threads';
import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { nodeModule, runtimeProcess } from '../../../../contracts/runtime/nodeModule.js';
import type { WasmMemory, WasmModule } from './webAssembly.js';

/** The start data of a worker. */
export interface KernelWorkerData {
  readonly compiled: WasmModule;
  readonly memory: WasmMemory;
  /** The number of the worker. */
  readonly worker: number;
  /** How many times it checks for a job before it sleeps. */
  readonly spins: number;
}

/** Called with the reason when a worker has failed. */
export type WorkerFailed = (why: string) => void;

// The whole source of the worker; its work is in assembly/tasks.ts. It is a string because a separate file would need
// to be found and loaded in every environment and bundle of this module.
const SERVE = `({ compiled, memory, worker, spins }) => {
  new WebAssembly.Instance(compiled, { env: { memory } }).exports.serve(worker, spins);
}`;

const NODE_SOURCE = `(${SERVE})(process.getBuiltinModule('node:worker_threads').workerData);`;

const WEB_SOURCE = `onmessage = ({ data }) => {
  postMessage('started');
  (${SERVE})(data);
};`;

/** The used part of a worker in a browser, which TypeScript declares only for browsers. */
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

/** A started worker. */
export type KernelWorker = NodeWorker | WebWorker;

/**
 * The number of threads that can have a processor core each, including the calling one. In a browser it is one unless
 * the page is cross-origin isolated, since only then memory can be shared with workers.
 */
export const availableThreads = (): number => {
  const os = nodeModule('node:os');
  if (os !== undefined) return os.availableParallelism();
  return web.crossOriginIsolated === true && web.Worker !== undefined ? (web.navigator?.hardwareConcurrency ?? 1) : 1;
};

/** Whether workers can be started that share memory. */
export const mayStartWorkers = (): boolean =>
  nodeModule('node:worker_threads') !== undefined || (web.crossOriginIsolated === true && web.Worker !== undefined);

/** The idle time of a worker as Node measures it; 0 in Deno and Bun, which have the function but do not measure. */
const idleTime = ({ performance }: Pick<NodeWorker, 'performance'>): number => {
  const { versions } = runtimeProcess ?? {};
  if (versions?.['deno'] !== undefined || versions?.['bun'] !== undefined) return 0;
  return performance.eventLoopUtilization().idle;
};

/**
 * Whether the thread of a worker has ended, as far as it can be known synchronously. The events for it are delivered
 * only when the calling thread is idle. For a thread that has ended, Node returns the idle time −1.
 */
export const hasEnded = (worker: KernelWorker): boolean => 'performance' in worker && idleTime(worker) < 0;

const startNodeWorker = (
  { Worker }: typeof workerThreads,
  workerData: KernelWorkerData,
  failed: WorkerFailed,
): NodeWorker => {
  const worker = new Worker(NODE_SOURCE, { eval: true, execArgv: [], workerData });
  worker.unref();
  // Node records the start of a thread's event loop at the first query, and cannot answer for a thread that ended
  // before it.
  worker.once('online', () => idleTime(worker));
  worker.on('error', (error) => failed(`has failed: ${error.message}`));
  worker.on('exit', (code) => failed(`has ended with code ${code}`));
  return worker;
};

/**
 * Starts a worker in a browser. If the policy of the page prevents its start, that is not a failure: the calling thread
 * does not wait for a worker that has not started, and does all the work.
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
 * Starts a worker of the kernels. It does not keep the process alive.
 *
 * @param failed called when the worker has failed
 * @throws HeadwaterError `HW_BACKEND` when no worker can be started
 */
export const startKernelWorker = (data: KernelWorkerData, failed: WorkerFailed): KernelWorker => {
  const threads = nodeModule('node:worker_threads');
  if (threads !== undefined) return startNodeWorker(threads, data, failed);
  if (web.Worker !== undefined) return startWebWorker(web.Worker, data, failed);
  throw new HeadwaterError('HW_BACKEND', 'No worker threads can be started here. Compute with one thread.');
};
