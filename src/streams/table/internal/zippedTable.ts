import type { Readable } from 'node:stream';
import type { Entry, ZipFile } from 'yauzl';
import { messageOf } from '../../../contracts/messageOf.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { excerpt } from '../../../contracts/messages/excerpt.js';
import { shellWord } from '../../../contracts/messages/shellWord.js';
import { openZip, zipEntries, zipStream } from '../../../contracts/runtime/zipFile.js';
import { listNames } from '../../internal/listNames.js';
import { decodeContent } from '../../bodies/http/decodeContent.js';
import { readable } from '../../bodies/bytes/readable.js';

/** File extensions of tables. */
const TABLE = /\.(csv|tsv|tab|txt|json|jsonl|ndjson|arff|data|label)(\.gz)?$/i;

/** Files that archives have beside their tables. */
const BESIDE = /(^|\/)(__MACOSX\/|\.[^/]*$|(readme|licen[cs]e|citation)[^/]*$)|\/$/i;

/** The maximum number of entries of an archive that are read. */
const MOST_ENTRIES = 10_000;

const damaged = (name: string, cause: unknown): HeadwaterError =>
  new HeadwaterError(
    'HW_ENCODING',
    `${name} is a zip archive that cannot be read ` +
      `(${messageOf(cause).slice(0, 200)}). ` +
      'Fetch it again, or give the table that is in it.',
    { cause, where: name },
  );

const SPREADSHEET = 'Save the sheet as CSV UTF-8 in the spreadsheet.';

/** Documents that are archives: an entry that each has, and what to do. */
const DOCUMENTS: readonly (readonly [entry: RegExp, what: string])[] = [
  [/^xl\//, `a workbook of Excel (.xlsx), and no table. ${SPREADSHEET}`],
  [/^word\//, 'a document of Word (.docx), and no table. Save its table as CSV UTF-8.'],
  [/^ppt\//, 'a presentation of PowerPoint (.pptx), and no table. Give a table.'],
  [/^Index\/.*\.iwa$/, `a document of Numbers or Pages, and no table. Export it as CSV.`],
  [/^META-INF\/container\.xml$|\.xhtml$/, 'an e-book (EPUB), and no table. Give a table.'],
  [/^content\.xml$/, `an OpenDocument file, and no table. ${SPREADSHEET}`],
  [/\.npy$/, 'an archive of NumPy (.npz), and no table. Save the table as CSV (DataFrame.to_csv).'],
  [/(^|\/)data\.pkl$/, 'a file of PyTorch, and no table. Give the table that the model was trained on.'],
];

/** With more files, an archive is a folder of texts and not one of tables. */
const MOST_TABLES = 20;

/**
 * The entry that holds the table of an archive.
 *
 * @param member its name, if several entries may
 */
const tableOf = (entries: readonly Entry[], name: string, member: string | undefined): Entry => {
  const refuse = (message: string): never => {
    throw new HeadwaterError('HW_USAGE', `${name} ${message}`, { where: name });
  };
  if (member !== undefined) {
    const asked = entries.find(({ fileName }) => fileName === member);
    const names = listNames(entries.map(({ fileName }) => fileName).filter((fileName) => !BESIDE.test(fileName)));
    return asked ?? refuse(`is a zip archive without ${JSON.stringify(excerpt(member))}. It has ${names}.`);
  }
  const document = DOCUMENTS.find(([entry]) => entries.some(({ fileName }) => entry.test(fileName)));
  if (document !== undefined) return refuse(`is ${document[1]}`);
  const files = entries.filter(({ fileName }) => !BESIDE.test(fileName));
  const tables = files.filter(({ fileName }) => TABLE.test(fileName));
  const [table, ...others] = tables.length === 0 ? files : tables;
  if (table === undefined) return refuse('is a zip archive without a table. Give a table.');
  const names = listNames([table, ...others].map(({ fileName }) => fileName));
  if (others.length >= MOST_TABLES)
    return refuse(`is a zip archive of ${others.length + 1} files: ${names}. Unpack it, and give the folder.`);
  if (others.length > 0) {
    const train = [table, ...others].find(({ fileName }) => /train[^/]*$/i.test(fileName)) ?? table;
    return refuse(
      `is a zip archive of several files: ${names}. Name the table that you mean: ` +
        `--data ${shellWord(`${name}/${train.fileName}`)}`,
    );
  }
  if ((table.generalPurposeBitFlag & 1) === 1)
    return refuse(`is a zip archive with a password. Unpack it, and give the table that is in it: ${names}.`);
  return table;
};

/** Reads the bytes of an entry, and compares their checksum at the end. */
async function* checked(zip: ZipFile, entry: Entry, name: string): AsyncGenerator<Buffer, void, undefined> {
  // Imported here, because not every runtime has this function.
  const { crc32 } = await import('node:zlib');
  let sum = 0;
  try {
    for await (const chunk of (await zipStream(zip, entry)) as AsyncIterable<Buffer>) {
      sum = crc32(chunk, sum);
      yield chunk;
    }
    if (sum !== entry.crc32) throw new Error('the checksum of its table differs');
  } catch (error) {
    throw damaged(name, error);
  } finally {
    zip.close();
  }
}

/**
 * The bytes of the only table in a zip archive. Readme files, licences and hidden files do not count as tables.
 *
 * @param path the archive, as a file on disk, because its list of files is at its end
 * @param name the name of the archive in messages
 * @param member the name of the table in the archive. Default: the only table
 * @throws HeadwaterError `HW_USAGE` if it holds no table or several; `HW_ENCODING` if it is damaged
 */
export const zippedTable = async (path: string, name: string, member?: string): Promise<Readable> => {
  let zip: ZipFile | undefined;
  try {
    zip = await openZip(path);
    const entry = tableOf(await zipEntries(zip, MOST_ENTRIES), name, member);
    return await decodeContent(readable(checked(zip, entry, name)), [], name);
  } catch (error) {
    zip?.close();
    throw error instanceof HeadwaterError ? error : damaged(name, error);
  }
};
