import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { isText } from '../../../bodies/encoding/guessEncoding.js';
import { decodeText } from '../../../bodies/encoding/textDecoding.js';
import { foreignFormat } from '../../../bodies/foreignFormat.js';
import { pathError } from '../../../bodies/pathError.js';
import { notUtf8 } from '../../../bodies/encoding/notUtf8.js';
import { shellWord } from '../../../../contracts/messages/shellWord.js';
import { listNames } from '../../../internal/listNames.js';
import { isSideName } from '../sideNames.js';
import { examplesOf, intentOf, intentsFolder } from './dialogflow.js';
import {
  areTables,
  classesOfFiles,
  isTable,
  type FileClasses,
  type ParallelFiles,
  parallelFiles,
} from './fileClasses.js';
import { filesWithin, folderEntries } from './folderEntries.js';
import { folderProblem } from './folderProblem.js';

/** The text of a file, in the given encoding or UTF-8. */
const textOf = async (path: string, encoding: string | undefined): Promise<string> => {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw pathError(path, cause);
  }
  if (encoding !== undefined) return decodeText(bytes, encoding);
  if (isText(bytes, false)) return new TextDecoder().decode(bytes);
  const foreign = foreignFormat(bytes);
  if (foreign === undefined) throw notUtf8(path, bytes);
  throw folderProblem(path, `${path} is ${foreign.what}, and no text. Give a folder of texts for each class.`);
};

const rowLine = (label: string, text: string, file: string): Buffer =>
  Buffer.from(`${JSON.stringify({ label, text, file })}\n`);

/** The files within each folder, whose name is their class. */
async function* ofFolders(
  path: string,
  folders: readonly string[],
  encoding: string | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  await checkClasses(path, folders);
  for (const label of folders) {
    const files: string[] = [];
    for await (const file of filesWithin(join(path, label))) files.push(join(label, file));
    const tables = files.filter(isTable);
    if (tables.length > 0) throw tablesWithin(path, tables);
    for (const file of files) yield rowLine(label, await textOf(join(path, file), encoding), file);
  }
}

/** Refuses folders that are no classes, because each has the same folders and no files. */
const checkClasses = async (path: string, folders: readonly string[]): Promise<void> => {
  const entries = await Promise.all(folders.map((name) => folderEntries(join(path, name))));
  const [first, ...others] = entries.map((within) => within.map(({ name }) => name));
  const isAlike = others.every((names) => names.join('/') === first?.join('/'));
  // One folder in each, such as pos/texts and neg/texts, only holds the texts.
  const holdsTexts = first?.length === 1 && others.length > 0;
  if (isAlike && !holdsTexts && entries.flat().every(({ isFolder }) => isFolder))
    throw folderProblem(
      path,
      `${path} has folders (${listNames(folders.slice(0, 4))}) without files in them. Give the folder ` +
        `that has a folder of texts for each class, such as ${join(path, folders[0]!)}.`,
    );
};

/** The texts of files whose names say their classes. */
async function* ofFiles(
  path: string,
  { texts, classes }: FileClasses,
  encoding: string | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  for (const [file, label] of classes) {
    const text = await textOf(join(path, file), encoding);
    if (texts === 'files') yield rowLine(label, text, file);
    else for (const line of text.split(/\r\n|\r|\n/)) if (line.trim() !== '') yield rowLine(label, line, file);
  }
}

/** The examples of the intents of an agent of Dialogflow. */
async function* ofIntents(path: string, encoding: string | undefined): AsyncGenerator<Buffer, void, undefined> {
  for (const { name } of await folderEntries(path)) {
    const intent = intentOf(name);
    if (intent === undefined) continue;
    for (const text of examplesOf(await textOf(join(path, name), encoding))) yield rowLine(intent, text, name);
  }
}

/** A folder that has tables in its folders, such as a copy of a repository. */
const tablesWithin = (path: string, tables: readonly string[]): HeadwaterError => {
  const table = tables.find((name) => /train/i.test(name)) ?? tables[0]!;
  return folderProblem(
    path,
    `${path} has tables in its folders: ${listNames(tables.slice(0, 4))}. Give one of them: ` +
      `--data ${shellWord(join(path, table))}`,
  );
};

/** Folders that are the sides of a split, and no classes. */
const severalSides = (path: string, folders: readonly string[]): HeadwaterError => {
  const at = (pattern: RegExp): string =>
    shellWord(join(path, folders.find((name) => pattern.test(name)) ?? folders[0]!));
  return folderProblem(
    path,
    `The folders of ${path} (${listNames(folders.slice(0, 4))}) are sides of a split and no classes. ` +
      `Give each by its option: --data ${at(/train/i)} --test-data ${at(/test|eval|dev|val/i)}`,
  );
};

/** Texts in one file and their classes in another, line by line. */
const inParallel = (path: string, { texts, labels }: ParallelFiles): HeadwaterError => {
  const name = (file: string): string => shellWord(join(path, file));
  return folderProblem(
    path,
    `${path} has texts and their classes in two files, line by line. Join them to one table: ` +
      `paste ${name(labels)} ${name(texts)} > ${name('joined.tsv')}, and give --data ${name('joined.tsv')} --no-header`,
  );
};

/** A folder of tables, or of files whose classes are unknown. */
const noClasses = (path: string, files: readonly string[]): HeadwaterError => {
  const side = (pattern: RegExp): string | undefined => files.find((file) => pattern.test(file));
  const [train, test] = [side(/^(train|training)\b/i), side(/^(test|testing)\b/i)];
  const sides =
    train === undefined || test === undefined
      ? ''
      : `, or one of them: --data ${shellWord(join(path, train))} --test-data ${shellWord(join(path, test))}`;
  const ending = files.map((file) => extname(file)).find((each) => areTables([`a${each}`])) ?? '.csv';
  return folderProblem(
    path,
    `${path} is a folder without folders of texts in it, and the names of its files say no classes. For the tables ` +
      `in it, give a pattern such as ${join(path, `*${ending}`)}${sides}.`,
  );
};

/**
 * The texts of a folder as JSON lines. The class of a text is the name of its folder, as in `reviews/positive/1.txt`.
 * If there are no folders, the name of its file says its class (see `classesOfFiles`). The examples of intents of an
 * exported agent of Dialogflow are read too.
 *
 * Holds the names of the files of one class, and one text.
 *
 * @param encoding the encoding of the texts; undefined means UTF-8
 * @throws HeadwaterError `HW_PATH` if the folder has no classes, or cannot be read; `HW_USAGE` if a text is not UTF-8
 */
export async function* folderLines(
  path: string,
  encoding: string | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  const entries = await folderEntries(path);
  const folders = entries.filter((entry) => entry.isFolder).map(({ name }) => name);
  const files = entries.filter((entry) => !entry.isFolder).map(({ name }) => name);
  const intents = intentsFolder(path, folders, files);
  if (intents !== undefined) return yield* ofIntents(intents, encoding);
  if (folders.length > 1 && folders.every(isSideName)) throw severalSides(path, folders);
  if (folders.length > 0) return yield* ofFolders(path, folders, encoding);
  const parallel = parallelFiles(files);
  if (parallel !== undefined) throw inParallel(path, parallel);
  const classes = classesOfFiles(files);
  if (classes === undefined) throw noClasses(path, files);
  return yield* ofFiles(path, classes, encoding);
}
