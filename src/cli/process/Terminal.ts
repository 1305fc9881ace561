import type { Readable } from 'node:stream';
import type { TextStream } from '../../sinks/progress/ProgressOutput.js';

/** The signals that the command listens to. */
export type TerminalSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGCONT';

/** The parts of its process that the command uses: streams, environment and signals. Tests replace them. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly env: NodeJS.ProcessEnv;
  /** The command line that started the process; undefined if it cannot be started again. */
  readonly argv?: readonly string[];
  on(signal: TerminalSignal, listener: () => void): unknown;
  off(signal: TerminalSignal, listener: () => void): unknown;
  /** Ends the process at once, although output was not read. */
  exit?(status: number): unknown;
}
