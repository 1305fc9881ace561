import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { isText } from '../../bodies/encoding/guessEncoding.js';
import { notUtf8 } from '../../bodies/encoding/notUtf8.js';
import { listNames } from '../../internal/listNames.js';

const refuse = (path: string, message: string, cause?: unknown): HeadwaterError =>
  new HeadwaterError('HW_PATH', message, { where: path, ...(cause === undefined ? {} : { cause }) });

const entriesOf = async (path: string): Promise<readonly Dirent[]> => {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter(({ name }) => !name.startsWith('.')).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    throw refuse(path, `Cannot read the folder ${path}. Give a folder or a file that can be read.`, cause);
  }
};

/** The text of a file, in the given encoding or UTF-8. */
const textOf = async (path: string, encoding: string | undefined): Promise<string> => {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw refuse(path, `Cannot read ${path}. Give a folder of files that can be read.`, cause);
  }
  if (encoding !== undefined) return new TextDecoder(encoding).decode(bytes);
  if (isText(bytes, false)) return new TextDecoder().decode(bytes);
  throw notUtf8(path, bytes);
};

/**
 * The files of a folder as JSON lines: each file is a text, and its class is the name of its folder, as in
 * `reviews/positive/1.txt`.
 *
 * Holds the names of the files of one class, and one text.
 *
 * @param encoding the encoding of the texts; undefined means UTF-8
 * @throws HeadwaterError `HW_PATH` if the folder has no subfolders with files, or cannot be read; `HW_USAGE` if a text
 *   is not UTF-8
 */
export async function* folderLines(
  path: string,
  encoding: string | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  const entries = await entriesOf(path);
  const classes = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  if (classes.length === 0)
    throw refuse(
      path,
      `${path} is a folder without folders of texts in it. For the tables ` +
        `in it, give a pattern such as ${join(path, '*.csv')}.`,
    );
  let files = 0;
  for (const name of classes) {
    for (const entry of await entriesOf(join(path, name))) {
      if (!entry.isFile()) continue;
      files += 1;
      const file = join(path, name, entry.name);
      const row = { label: name, text: await textOf(file, encoding), file: join(name, entry.name) };
      yield Buffer.from(`${JSON.stringify(row)}\n`);
    }
  }
  if (files === 0)
    throw refuse(
      path,
      `${path} has folders (${listNames(classes.slice(0, 4))}) without files in them. Give the folder ` +
        `that has a folder of texts for each class, such as ${join(path, classes[0]!)}.`,
    );
}
