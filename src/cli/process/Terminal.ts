import type { Readable } from 'node:stream';
import type { TextStream } from '../../sinks/progress/ProgressOutput.js';

/** The signals that the command listens to. */
export type TerminalSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGCONT';

/** What the command touches of its process: streams, environment and signals. A test hands in its own. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly env: NodeJS.ProcessEnv;
  /** How the process was started; undefined where nothing can start it again. */
  readonly argv?: readonly string[];
  on(signal: TerminalSignal, listener: () => void): unknown;
  off(signal: TerminalSignal, listener: () => void): unknown;
}
