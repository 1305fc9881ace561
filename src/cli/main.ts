#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { isInterruption } from './exitStatus.js';
import { run } from './run.js';

// Node 20 has relaxed SIMD behind a flag, later ones without. A flag is the whole process's, so only a command may set it; it has to come before the kernels are compiled.
if (Number(process.versions.node.split('.', 1)[0]) < 22) setFlagsFromString('--experimental-wasm-relaxed-simd');

const status = await run(process.argv.slice(2), process);
process.exitCode = status;
// What can be aborted has been, and the process ends by itself. The look-up of a host's name cannot be, and may take many seconds.
if (isInterruption(status)) setTimeout(() => process.exit(), 500).unref();
