#!/usr/bin/env node
import { raiseEngineFlags } from '../ops/kernels/simd/machine/engineFlags.js';
import { FAILURE, interruptionOf } from './process/exitStatus.js';
import { run } from './run.js';

// Before the kernels are compiled.
raiseEngineFlags();

// Node would end without a word, with the status 13.
const endsTooSoon = (): void => {
  process.exitCode = FAILURE;
  process.stderr.write('headwater: the work is not done, and nothing is left to wait for; please report it\n');
};
process.once('beforeExit', endsTooSoon);

const status = await run(process.argv.slice(2), process);
process.off('beforeExit', endsTooSoon);
process.exitCode = status;
// What can be aborted has been, and the process ends by itself. The look-up of a host's name and the opening of a named
// pipe cannot be, and may take for ever;
// an exit would wait for them, but a signal that nobody listens to any more does not.
const signal = interruptionOf(status);
if (signal !== undefined) setTimeout(() => process.kill(process.pid, signal), 500).unref();
