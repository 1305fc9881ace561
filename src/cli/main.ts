#!/usr/bin/env node
import { isatty } from 'node:tty';
import { raiseEngineFlags } from '../ops/kernels/simd/machine/engineFlags.js';
import { FAILURE, interruptionOf } from './process/exitStatus.js';
import { run } from './run.js';

const terminals = [0, 1, 2].filter((fd) => isatty(fd));

// The flags must be set before the kernels are compiled.
raiseEngineFlags();

// Without this, Node would end silently with the status 13.
const endsTooSoon = (): void => {
  process.exitCode = FAILURE;
  process.stderr.write('headwater: the work is not done, and nothing is left to wait for; please report it\n');
};
process.once('beforeExit', endsTooSoon);

const status = await run(process.argv.slice(2), process);
process.off('beforeExit', endsTooSoon);
process.exitCode = status;
// All work that can be aborted was aborted, and the process usually ends by itself. Resolving a host name and opening a
// named pipe cannot be aborted and may take forever. `process.exit` would wait for them; a signal without a listener
// ends the process at once.
const signal = interruptionOf(status);
if (signal !== undefined) setTimeout(() => process.kill(process.pid, signal), 500).unref();
// At its end Node restores the settings of its terminal, and aborts if the terminal was closed.
process.once('exit', () => {
  if (terminals.some((fd) => !isatty(fd))) process.kill(process.pid, 'SIGHUP');
});
