import { readFile } from 'node:fs/promises';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** The options of a broker's client, as documented by that client. */
export type BrokerOptions = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is BrokerOptions =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a file of client options, for example for TLS and authentication. Without a file, there are no options.
 *
 * @throws HeadwaterError `HW_PATH` if the file cannot be read, `HW_USAGE` if it is not a JSON object
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
    // The error is thrown below. The content of the file may be secret, so it is not quoted.
  }
  throw new HeadwaterError(
    'HW_USAGE',
    `The file of --broker-options is no JSON object: ${path}. Write the client's options as {"name": value}.`,
    { where: path },
  );
};
