/**
 * `npm start`: set-up where it is needed, then the main job, in this process so that Ctrl-C and exit statuses are its
 * own.
 */
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { build, install, root } from './setup.mjs';

install();
build();
const command = join(root, 'dist/cli/main.js');
process.argv.splice(1, process.argv.length, command, 'demo', ...process.argv.slice(2));
await import(pathToFileURL(command).href);
