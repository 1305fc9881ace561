import { join } from 'node:path';
import { Argument, Command } from 'commander';
import { defer } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { cacheFolder } from '../../../provision/files/cacheFolder.js';
import { folderBytes } from '../../../provision/files/folderBytes.js';
import { printable } from '../../../sinks/terminal/printable.js';
import { listSnapshots, pruneSnapshots, type StoredSnapshot } from '../../../streams/bodies/storedSources.js';
import { positiveNumber } from '../../process/argument.js';
import type { Choose } from '../../process/Job.js';
import type { Terminal } from '../../process/Terminal.js';

interface Options {
  readonly olderThan?: number;
  readonly json?: boolean;
}

const HELP = `
The cache holds the tables that were read over HTTP or from stdin. Each is stored once, named by its hash. A
table in the cache is downloaded again only if it has changed, by its ETag. The results of headwater setup are
in the same folder; they are listed, and never removed.

Examples:
  $ headwater cache
  $ headwater cache prune
  $ headwater cache prune --older-than 30
`;

const DAY = 86_400_000;

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

const nameOf = ({ sources, path }: StoredSnapshot): string =>
  sources.length === 0 ? `a table without an address, ${path}` : sources.join(', ');

const line = (snapshot: StoredSnapshot): string =>
  `${new Date(snapshot.used).toISOString().slice(0, 10)}  ` +
  `${megabytes(snapshot.bytes).padStart(10)}  ${printable(nameOf(snapshot))}\n`;

/** The results of set-ups, one folder each. */
const SETUPS = ['tensorflow', 'vectors'] as const;

const list = async (folder: string, { json = false }: Options, { stdout }: Terminal): Promise<void> => {
  const snapshots = await listSnapshots(folder);
  const setups = await Promise.all(
    SETUPS.map(async (name) => ({ name, bytes: await folderBytes(join(folder, name)) })),
  );
  if (json) {
    stdout.write(`${JSON.stringify({ folder, snapshots, setups })}\n`);
    return;
  }
  stdout.write(`${printable(folder)}\n`);
  for (const snapshot of snapshots) stdout.write(line(snapshot));
  for (const { name, bytes } of setups)
    if (bytes > 0) stdout.write(`            ${megabytes(bytes).padStart(10)}  made by headwater setup ${name}\n`);
  const total = snapshots.reduce((sum, { bytes }) => sum + bytes, 0);
  stdout.write(`${snapshots.length} tables, ${megabytes(total)}\n`);
};

const prune = async (folder: string, { olderThan, json = false }: Options, { stdout }: Terminal): Promise<void> => {
  const since = olderThan === undefined ? Infinity : Date.now() - olderThan * DAY;
  const { removed, leftBehind } = await pruneSnapshots(folder, since);
  if (json) {
    stdout.write(`${JSON.stringify({ folder, removed, leftBehind })}\n`);
    return;
  }
  for (const snapshot of removed) stdout.write(line(snapshot));
  const freed = removed.reduce((sum, { bytes }) => sum + bytes, 0);
  stdout.write(
    `removed: ${removed.length} tables, ` +
      `${megabytes(freed)}${leftBehind === 0 ? '' : `; unfinished files of killed runs: ${leftBehind}`}\n`,
  );
};

/** `headwater cache`. */
export const cacheCommand = (terminal: Terminal, choose: Choose): Command =>
  new Command('cache')
    .description('list the tables that are kept in the cache, or remove them')
    .addArgument(new Argument('[action]', 'what to do').choices(['list', 'prune']).default('list'))
    .option(
      '--older-than <days>',
      'with prune: remove only tables that were not used for this number of days',
      positiveNumber,
    )
    .option('--json', 'write the list as one JSON object')
    .addHelpText('after', HELP)
    .action((action: string, options: Options) => {
      if (action === 'list' && options.olderThan !== undefined)
        throw new HeadwaterError('HW_USAGE', '--older-than applies to headwater cache prune only. Leave it out.');
      const folder = cacheFolder(terminal.env);
      choose({
        work$: defer(() => (action === 'list' ? list : prune)(folder, options, terminal)),
        outlivesReader: false,
      });
    });
