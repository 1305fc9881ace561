import { fileURLToPath } from 'node:url';
import type { ClassifierConfig } from '../../models/ClassifierConfig.js';
import type { BackendName } from '../../ops/backends/selectBackend.js';
import { howItEnded, type RunCommand } from '../../provision/host/runCommand.js';

/** The workload. It decides which backend is the fastest. */
export interface Workload {
  readonly config: ClassifierConfig;
  readonly batchSize: number;
  readonly work: 'train' | 'predict';
  /** Whether results may be asynchronous, as with WebGPU. */
  readonly deferred: boolean;
  /** Threads of the embedded backend. Default: the backend's default. */
  readonly threads?: number;
}

/** A backend to test with a workload. */
export interface SelfTestTask extends Workload {
  readonly backend: BackendName;
}

/** The result of the test. */
export type SelfTestResult =
  | { readonly passed: true; readonly rowsPerSecond: number }
  /**
   * `absent`: it does not load, or has no device of its own. `ended`: it crashed the process that loads it. `numbers`:
   * its results differ from the reference.
   */
  | { readonly passed: false; readonly fault: 'absent' | 'ended' | 'numbers'; readonly reason: string };

const PROGRAM = fileURLToPath(new URL('./backendSelfTest.js', import.meta.url));

/**
 * Tests a backend in a separate process: an incompatible library can crash the process, and a backend that is not
 * chosen should not stay loaded. It takes about a second.
 */
export const selfTest = async (task: SelfTestTask, run: RunCommand, signal: AbortSignal): Promise<SelfTestResult> => {
  const ended = await run(process.execPath, [PROGRAM, JSON.stringify(task)], { signal });
  try {
    return JSON.parse(ended?.stdout.trim().split('\n').at(-1) ?? '') as SelfTestResult;
  } catch {
    return { passed: false, fault: 'ended', reason: `It ended the process that tested it (${howItEnded(ended)}).` };
  }
};
