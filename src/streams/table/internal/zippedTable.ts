import type { Readable } from 'node:stream';
import type { Entry, ZipFile } from 'yauzl';
import { messageOf } from '../../../contracts/messageOf.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { openZip, zipEntries, zipStream } from '../../../contracts/runtime/zipFile.js';
import { listNames } from '../../internal/listNames.js';
import { readable } from '../../bodies/bytes/readable.js';

/** File extensions of tables. */
const TABLE = /\.(csv|tsv|tab|txt|json|jsonl|ndjson|arff|data|label)$/i;

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

/** The entry that holds the table of an archive. */
const tableOf = (entries: readonly Entry[], name: string): Entry => {
  const refuse = (message: string): never => {
    throw new HeadwaterError('HW_USAGE', `${name} ${message}`, { where: name });
  };
  const files = entries.filter(({ fileName }) => !BESIDE.test(fileName));
  const tables = files.filter(({ fileName }) => TABLE.test(fileName));
  const [table, ...others] = tables.length === 0 ? files : tables;
  if (table === undefined) return refuse('is a zip archive without a table. Give a table.');
  const names = listNames([table, ...others].map(({ fileName }) => fileName));
  if (others.length > 0)
    return refuse(
      `is a zip archive of several files: ${names}. Unpack it, and give the table that you mean, ` +
        'or pipe it: unzip -p ARCHIVE NAME | headwater … --data -',
    );
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
 * @throws HeadwaterError `HW_USAGE` if it holds no table or several; `HW_ENCODING` if it is damaged
 */
export const zippedTable = async (path: string, name: string): Promise<Readable> => {
  let zip: ZipFile | undefined;
  try {
    zip = await openZip(path);
    return readable(checked(zip, tableOf(await zipEntries(zip, MOST_ENTRIES), name), name));
  } catch (error) {
    zip?.close();
    throw error instanceof HeadwaterError ? error : damaged(name, error);
  }
};
