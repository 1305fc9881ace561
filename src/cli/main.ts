#!/usr/bin/env node
import { raiseEngineFlags } from '../ops/engineFlags.js';
import { isInterruption } from './exitStatus.js';
import { run } from './run.js';

// Before the kernels are compiled.
raiseEngineFlags();

const status = await run(process.argv.slice(2), process);
process.exitCode = status;
// What can be aborted has been, and the process ends by itself. The look-up of a host's name cannot be, and may take many seconds.
if (isInterruption(status)) setTimeout(() => process.exit(), 500).unref();
