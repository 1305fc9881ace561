import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { run } from '../../src/cli/run.js';
import { type Ended, workFolder } from './headwater.js';

/** A folder that is not there: what is set up on this machine is not to decide what computes. */
const NOTHING = join(import.meta.dirname, 'nothing');

/** What a run keeps for the next one is not to reach the cache of whoever tests. */
const cache = workFolder();

/**
 * Runs the command in this process, on streams that are none of its own: a hundred times faster than a process, for
 * what does not take one to show.
 *
 * It fails where a listener for signals is left behind.
 */
export const inProcess = async (args: readonly string[], input: string | Uint8Array = ''): Promise<Ended> => {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const signals = new EventEmitter();
  stdin.end(input);
  const written = Promise.all([text(stdout), text(stderr)]);
  const status = await run(args, {
    stdin,
    stdout,
    stderr,
    env: { HEADWATER_TENSORFLOW_DIR: NOTHING, XDG_CACHE_HOME: cache },
    on: (signal, listener) => signals.on(signal, listener),
    off: (signal, listener) => signals.off(signal, listener),
  });
  stdout.end();
  stderr.end();
  expect(signals.eventNames()).toEqual([]);
  const [out, error] = await written;
  return { status, stdout: out, stderr: error };
};
