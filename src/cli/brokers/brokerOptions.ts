import { readFile } from 'node:fs/promises';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** The options of a broker's client, as its own documentation has them. */
export type BrokerOptions = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is BrokerOptions =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a file of client options: those for TLS and log-in, say. None where no file is named.
 *
 * @throws HeadwaterError `HW_PATH` where the file cannot be read, `HW_USAGE` where it is no JSON object
 */
export const readBrokerOptions = async (path: string | undefined): Promise<BrokerOptions> => {
  if (path === undefined) return {};
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new HeadwaterError('HW_PATH', `The file of --broker-options cannot be read: ${path}. Check the path.`, {
      cause,
      where: path,
    });
  }
  try {
    const options: unknown = JSON.parse(text);
    if (isObject(options)) return options;
  } catch {
    // Told below: what the file holds may be secret, and is not quoted.
  }
  throw new HeadwaterError(
    'HW_USAGE',
    `The file of --broker-options is no JSON object: ${path}. Write the client's options as {"name": value}.`,
    { where: path },
  );
};
