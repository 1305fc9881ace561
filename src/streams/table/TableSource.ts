import { existsSync, statSync } from 'node:fs';
import { addAbortSignal, Readable } from 'node:stream';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { peekByte } from '../bodies/bytes/peekByte.js';
import { readable } from '../bodies/bytes/readable.js';
import { isZip } from '../bodies/foreignFormat.js';
import { locate, type Location } from '../bodies/locate.js';
import { sameFile } from '../bodies/sameFile.js';
import { bodyError, openBody, openStream, type OpenOptions } from '../bodies/openBody.js';
import { emptyMemory, type SourceMemory } from '../bodies/SourceMemory.js';
import { folderLines } from './internal/folders/folderLines.js';
import { matchingFiles } from './internal/matchingFiles.js';
import { parquetLines } from './internal/parquetLines.js';
import { zippedTable } from './internal/zippedTable.js';

/**
 * The location of tables: a path, a URL, a pattern of paths such as `data/*.csv`, or a stream. If a path is a folder,
 * each of its subfolders is a class, and each file in a subfolder is a text of this class.
 */
export type TableAddress = string | URL | Readable;

/** The bytes of a table, and the original format if they were converted to JSON lines. */
export interface OpenedTable {
  readonly body: Readable;
  readonly madeOf: 'parquet' | 'folder' | undefined;
}

/** Options for opening tables. */
interface TableSourceOptions extends OpenOptions {
  /** The encoding of the texts in folders. */
  readonly encoding: string | undefined;
}

/** One table, and the state that its passes share. */
export interface TableSource {
  readonly name: string;
  /** The index of its address: several tables may match one pattern. */
  readonly part: number;
  readonly memory: SourceMemory;
  /** Whether a pass has sent the layout (`begun`), and whether a pass has completed and sent the notices (`told`). */
  begun: boolean;
  told: boolean;
  /** Opens the table for one pass. */
  readonly open: (signal: AbortSignal) => Promise<OpenedTable>;
  readonly explain: (error: unknown, progress: string) => unknown;
}

/** The first byte of `PAR1` and of a zip archive. A text table may also begin with it. */
const P = 0x50;

/** The formats that are read from their end. */
type EndFormat = 'parquet' | 'zip';

const endFormatOf = async (body: Readable): Promise<EndFormat | undefined> => {
  if ((await peekByte(body)) !== P) return undefined;
  const chunk: unknown = body.read();
  if (!Buffer.isBuffer(chunk)) return undefined;
  body.unshift(chunk);
  if (isZip(chunk)) return 'zip';
  return chunk.toString('latin1', 0, 4) === 'PAR1' ? 'parquet' : undefined;
};

const END_FORMATS: Readonly<Record<EndFormat, string>> = { parquet: 'Parquet file', zip: 'zip archive' };

/**
 * Reads a body completely, and returns the path of a file with its bytes: a format that is read from its end must be a
 * file on disk. Reading sets `memory.snapshot` to such a file, if there is one.
 */
const fileOf = async (body: Readable, format: EndFormat, name: string, memory: SourceMemory): Promise<string> => {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  for await (const _chunk of body);
  const path = memory.snapshot?.path;
  if (path !== undefined) return path;
  throw new HeadwaterError(
    'HW_USAGE',
    `${name} is a ${END_FORMATS[format]}, which is read from its end. Save it as a file, or give snapshotDir.`,
    { where: name },
  );
};

const sourceOf = (
  { name, kind }: Pick<Location, 'name' | 'kind'>,
  part: number,
  openBytes: (memory: SourceMemory, signal: AbortSignal) => Promise<Readable>,
  { isFolder = false, member }: { readonly isFolder?: boolean; readonly member?: string } = {},
): TableSource => {
  const memory = emptyMemory();
  return {
    name,
    part,
    memory,
    begun: false,
    told: false,
    open: async (signal) => {
      const body = await openBytes(memory, signal);
      if (isFolder) return { body, madeOf: 'folder' };
      const format = await endFormatOf(body);
      if (format === undefined) return { body, madeOf: undefined };
      const path = await fileOf(body, format, name, memory);
      const decode = format === 'zip' ? () => zippedTable(path, name, member) : () => parquetLines(path, signal);
      return {
        body: addAbortSignal(
          signal,
          readable(sameFile(path, name, decode, memory.written ? memory.snapshot?.sha256 : undefined)),
        ),
        madeOf: format === 'zip' ? undefined : 'parquet',
      };
    },
    explain: (error, progress) => bodyError({ kind, name }, error, progress),
  };
};

const streamSource = (stream: Readable, part: number, options: OpenOptions): TableSource => {
  const name = stream === process.stdin ? 'stdin' : 'stream';
  return sourceOf({ name, kind: 'file' }, part, (memory, signal) => openStream(stream, name, options, memory, signal));
};

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory();
  } catch {
    // The error is reported when the path is opened as a file.
    return false;
  }
};

/** The archive and the file in it that a path such as `data.zip/train.csv` means; undefined for other paths. */
const inArchive = (path: string): { readonly archive: string; readonly member: string } | undefined => {
  const end = path.toLowerCase().indexOf('.zip/') + '.zip'.length;
  if (end < '.zip'.length) return undefined;
  const archive = path.slice(0, end);
  return !existsSync(path) && existsSync(archive) && !isFolder(archive)
    ? { archive, member: path.slice(end + 1) }
    : undefined;
};

const locatedSource = (address: string | URL, part: number, options: TableSourceOptions): TableSource => {
  const location = locate(address);
  if (location.kind === 'file' && isFolder(location.path)) {
    const { name, path } = location;
    const lines = (): Readable => readable(folderLines(path, options.encoding));
    return sourceOf(location, part, (memory, signal) => openStream(lines(), name, options, memory, signal), {
      isFolder: true,
    });
  }
  const zipped = location.kind === 'file' ? inArchive(location.path) : undefined;
  if (zipped !== undefined) {
    const archive: Location = { kind: 'file', path: zipped.archive, name: zipped.archive };
    return sourceOf(archive, part, (memory, signal) => openBody(archive, options, memory, signal), zipped);
  }
  return sourceOf(location, part, (memory, signal) => openBody(location, options, memory, signal));
};

/** Whether an address is a pattern, and not the path of an existing file with such a name. */
const isPattern = (address: TableAddress): address is string =>
  typeof address === 'string' && /[*?[{]/.test(address) && !/^[a-z][a-z\d+.-]+:/i.test(address) && !existsSync(address);

/**
 * The tables in reading order: as given, and the files of a pattern sorted by path.
 *
 * @returns a function that finds the files of patterns at its first call and returns the same tables at every later
 *   call
 * @throws HeadwaterError `HW_USAGE` immediately for an invalid address; `HW_PATH` later if no file matches
 */
export const tableSources = (
  addresses: readonly TableAddress[],
  options: TableSourceOptions,
): (() => Promise<readonly TableSource[]>) => {
  if (addresses.length === 0) throw new HeadwaterError('HW_USAGE', 'There is no source. Give a path or a URL.');
  const made = addresses.map((address, part) =>
    isPattern(address)
      ? address
      : address instanceof Readable
        ? streamSource(address, part, options)
        : locatedSource(address, part, options),
  );
  const find = async (): Promise<readonly TableSource[]> => {
    const parts = await Promise.all(
      made.map(async (source, part) =>
        typeof source === 'string'
          ? (await matchingFiles(source)).map((path) => locatedSource(path, part, options))
          : [source],
      ),
    );
    return parts.flat();
  };
  let found: Promise<readonly TableSource[]> | undefined;
  return () => (found ??= find());
};
