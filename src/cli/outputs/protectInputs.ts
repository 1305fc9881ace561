import { lstatSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Command } from 'commander';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { CURRENT, GENERATIONS } from '../../contracts/models/Manifest.js';

/** Options that name a file to write, or to append to. */
const OUTPUTS = ['outFile', 'errors', 'rejections', 'events', 'flowTrace', 'onnx', 'accessLog', 'labels'];

/** Options that name a folder to write to, in which a later run would find more than the data. */
const FOLDERS = ['out', 'tensorboard'];

/** The option that names the folder of a saved model from which the new one starts. */
const OLDER = 'warmStart';

/** Options that name rows. */
const DATA = ['data', 'validationData', 'testData', 'labels'];

/** Options that name other files to read. */
const FILES = ['classNames', 'stopWords', 'vectors', 'opml', 'tokens', 'brokerOptions'];

interface Named {
  /** The option, such as `--data`; undefined for an argument. */
  readonly flag: string | undefined;
  readonly path: string;
}

const refuse = (where: string, message: string): never => {
  throw new HeadwaterError('HW_USAGE', `${where} ${message}`, { where });
};

/** What is at a path, if it can be looked at. Other problems of it are found where it is used. */
const lookAt = (path: string, look = statSync): Stats | undefined => {
  try {
    return look(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
};

/** The path with its links resolved, also of a file that does not exist yet. */
const realPath = (path: string): string => {
  const full = resolve(path);
  try {
    return realpathSync(full);
  } catch {
    return dirname(full) === full ? full : join(realPath(dirname(full)), basename(full));
  }
};

const isInside = (path: string, folder: string): boolean => {
  const way = relative(realPath(folder), realPath(path));
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && resolve(folder, way) !== way;
};

/** Whether a file is one that a saved model consists of. */
const isOfModel = (file: string): boolean => {
  const isLink = lookAt(file, lstatSync)?.isSymbolicLink() === true;
  return (
    (isLink && dirname(readlinkSync(file)) === CURRENT) ||
    new RegExp(`[/\\\\]${GENERATIONS}[/\\\\][0-9a-f]{16}[/\\\\][^/\\\\]+$`).test(realPath(file))
  );
};

/** The files of a pattern, such as `*.csv`; the path itself if it is none. */
const matching = async ({ flag, path }: Named): Promise<readonly Named[]> => {
  if (!/[*?[{]/.test(path) || lookAt(path) !== undefined) return [{ flag, path }];
  const { glob } = await import('tinyglobby');
  return (await glob(path, { expandDirectories: false, dot: false })).map((file) => ({ flag, path: file }));
};

const pathOf = (source: string): string => {
  try {
    return source.startsWith('file:') ? fileURLToPath(source) : source;
  } catch {
    return source;
  }
};

/**
 * Refuses a command whose output would overwrite one of its inputs, a file of a model, or another output.
 *
 * @throws HeadwaterError `HW_USAGE`
 */
export const protectInputs = async (command: Command): Promise<void> => {
  const given = command.opts<Readonly<Record<string, unknown>>>();
  const named = (names: readonly string[]): readonly Named[] =>
    names.flatMap((name) => {
      const option = command.options.find((option) => option.attributeName() === name);
      const values = [given[name]].flat().filter((value) => typeof value === 'string');
      return option === undefined ? [] : values.map((value) => ({ flag: option.long, path: pathOf(value) }));
    });
  const reads = (name: string): boolean => name !== 'labels' || command.name() === 'learn';
  const args = command.args.map((path): Named => ({ flag: undefined, path: pathOf(path) }));
  // `vectors convert` names its files by arguments.
  const [from, to] = command.name() === 'convert' ? [args.slice(0, 1), args.slice(1)] : [[], []];
  const outputs = [...named(OUTPUTS.filter((name) => name !== 'labels' || !reads(name))), ...to];
  const folders = named(FOLDERS);
  // Patterns are expanded only where something may be overwritten.
  if (outputs.length + folders.length === 0) return;
  const sources = [
    ...named(DATA.filter(reads)),
    // The arguments of other commands are headlines, models or feeds.
    ...(command.name() === 'label' ? args : from),
  ];
  const data = (await Promise.all(sources.map(matching))).flat();
  const others = named(FILES);

  for (const folder of folders)
    for (const { path } of data)
      if (lookAt(path)?.isDirectory() === true && isInside(folder.path, path))
        refuse(
          folder.path,
          `is inside ${path}, whose files are the input data. Give another folder with ${folder.flag ?? ''}.`,
        );

  const [out] = named(['out']);
  const [older] = named([OLDER]);
  // A training that is resumed, or repeated, needs the older model as it was.
  if (out !== undefined && older !== undefined && realPath(out.path) === realPath(older.path))
    throw new HeadwaterError(
      'HW_USAGE',
      `${out.flag ?? ''} and ${older.flag ?? ''} are the same folder, ${older.path}. ` +
        `Give another one as ${out.flag ?? ''}.`,
      { where: older.path },
    );

  outputs.forEach((output, i) => {
    const { path } = output;
    const stats = lookAt(path);
    // Devices and pipes take the text of several, and lose nothing.
    if (stats !== undefined && !stats.isFile()) return;
    const same = outputs.slice(0, i).find((other) => realPath(other.path) === realPath(path));
    if (same !== undefined)
      refuse(path, `is given twice, by ${same.flag ?? ''} and ${output.flag ?? ''}. Give each a file of its own.`);
    if (stats === undefined) return;
    if (isOfModel(path)) refuse(path, 'is a file of a saved model. Give another file for the output.');
    for (const input of [...data, ...others]) {
      const there = lookAt(input.path);
      const isSame = there?.dev === stats.dev && there.ino === stats.ino;
      if (!isSame && !(there?.isDirectory() === true && isInside(path, input.path))) continue;
      if (data.includes(input))
        refuse(path, 'is the input data, and would be overwritten. Give another file for the output.');
      refuse(path, `is read by ${input.flag ?? ''}, and would be overwritten. Give another file for the output.`);
    }
  });
};
