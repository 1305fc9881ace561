import { messageOf } from '../../../contracts/messageOf.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { parquetClassNames, withClassNames } from './classLabels.js';

/** How many rows are decoded at a time. */
const ROWS = 1_000;

/** Converts values that JSON does not have to text. */
const plain = (_key: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return value;
};

const load = async (path: string) => {
  try {
    return await import('hyparquet');
  } catch (cause) {
    throw new HeadwaterError(
      'HW_USAGE',
      `${path} is a Parquet file, which the package hyparquet reads, and it is not installed. ` +
        'Install it (npm install hyparquet hyparquet-compressors), or save the table as CSV or JSON lines.',
      { cause, where: path },
    );
  }
};

/** The codecs other than snappy, if they are installed. */
const codecs = async () => {
  try {
    return (await import('hyparquet-compressors')).compressors;
  } catch {
    return undefined;
  }
};

/** Why hyparquet failed, and what to do. Its message names a missing codec; its other messages are about offsets. */
const why = (cause: unknown): string => {
  const message = messageOf(cause);
  const codec = /compression codec: (\w+)/i.exec(message)?.[1];
  if (codec !== undefined && codec !== 'undefined')
    return (
      `it is compressed by ${codec}. Install hyparquet-compressors, ` + 'or save it with snappy or without compression.'
    );
  return `it is damaged, or was cut off (${message.slice(0, 200)}). Fetch or save it again.`;
};

/**
 * The rows of a Parquet file as JSON lines, decoded in this thread. A damaged file may block the thread for a long
 * time.
 *
 * Holds 1,000 rows, and what hyparquet decodes of their row group.
 *
 * @throws HeadwaterError `HW_USAGE` if hyparquet is not installed, `HW_ENCODING` if it cannot read the file
 */
export async function* decodeParquet(path: string): AsyncGenerator<Buffer, void, undefined> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await load(path);
  const compressors = await codecs();
  const unreadable = (cause: unknown): HeadwaterError =>
    new HeadwaterError('HW_ENCODING', `${path} is a Parquet file that cannot be read: ${why(cause)}`, {
      cause,
      where: path,
    });
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const rows = Number(metadata.num_rows);
    const grouped = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
    if (grouped !== rows) throw new Error(`it declares ${rows} rows, and its row groups have ${grouped}`);
    const classes = parquetClassNames(metadata.key_value_metadata ?? []);
    for (let rowStart = 0; rowStart < rows; rowStart += ROWS) {
      const rowEnd = Math.min(rows, rowStart + ROWS);
      const part = await parquetReadObjects({
        file,
        metadata,
        rowStart,
        rowEnd,
        ...(compressors === undefined ? {} : { compressors }),
      });
      if (part.length !== rowEnd - rowStart)
        throw new Error(`rows ${rowStart} to ${rowEnd} are incomplete: only ${part.length} were found`);
      yield Buffer.from(part.map((row) => `${JSON.stringify(withClassNames(row, classes), plain)}\n`).join(''));
    }
  } catch (cause) {
    throw unreadable(cause);
  }
}
