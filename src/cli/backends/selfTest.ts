import { fileURLToPath } from 'node:url';
import type { ClassifierConfig } from '../../models/ClassifierConfig.js';
import type { BackendName } from '../../ops/backends/selectBackend.js';
import { howItEnded, type RunCommand } from '../../provision/host/runCommand.js';

/** What is to be computed: what decides which backend is the fastest at it. */
export interface Workload {
  readonly config: ClassifierConfig;
  readonly batchSize: number;
  readonly work: 'train' | 'predict';
  /** Whether results may come later, as WebGPU's do. */
  readonly deferred: boolean;
  /** Threads of the embedded backend; as many as by default where they are not given. */
  readonly threads?: number;
}

/** A backend to be tested, at a workload. */
export interface SelfTestTask extends Workload {
  readonly backend: BackendName;
}

/** What came of it. */
export type SelfTestResult =
  | { readonly passed: true; readonly rowsPerSecond: number }
  /**
   * It does not load, or has no device of its own to compute on (`absent`); it ended the process that loads it
   * (`ended`); it computes other numbers than the reference (`numbers`).
   */
  | { readonly passed: false; readonly fault: 'absent' | 'ended' | 'numbers'; readonly reason: string };

const PROGRAM = fileURLToPath(new URL('./backendSelfTest.js', import.meta.url));

/**
 * Tests a backend in a process of its own: a library that does not fit may end it, and one that is not chosen is not to
 * stay. It takes about a second.
 */
export const selfTest = async (task: SelfTestTask, run: RunCommand, signal: AbortSignal): Promise<SelfTestResult> => {
  const ended = await run(process.execPath, [PROGRAM, JSON.stringify(task)], { signal });
  try {
    return JSON.parse(ended?.stdout.trim().split('\n').at(-1) ?? '') as SelfTestResult;
  } catch {
    return { passed: false, fault: 'ended', reason: `It ended the process that tested it (${howItEnded(ended)}).` };
  }
};
