/**
 * `npm start`: installs and builds if needed, then runs the main job in this process, so that it receives Ctrl-C and
 * sets the exit status.
 */
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { build, install, root } from './setup.mjs';

install();
build();
const command = join(root, 'dist/cli/main.js');
process.argv.splice(1, process.argv.length, command, 'demo', ...process.argv.slice(2));
await import(pathToFileURL(command).href);
