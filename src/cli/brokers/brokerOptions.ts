import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** The options of a broker's client, as documented by that client. */
export type BrokerOptions = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is BrokerOptions =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Options that name a file, and the options that get its content. */
const FILES = new Map([
  ['caFile', 'ca'],
  ['certFile', 'cert'],
  ['keyFile', 'key'],
  ['credsFile', 'creds'],
  ['nkeyFile', 'nkey'],
]);

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

const withVariables = (text: string, environment: NodeJS.ProcessEnv, path: string): string =>
  text.replaceAll(VARIABLE, (_, name: string) => {
    const value = environment[name];
    if (value !== undefined) return value;
    throw new HeadwaterError(
      'HW_USAGE',
      `${path} (--broker-options) uses the environment variable ${name}, which is not set. Set it, or write the value.`,
      { where: path },
    );
  });

const fileOf = async (name: string, value: unknown, path: string): Promise<string> => {
  if (typeof value !== 'string')
    throw new HeadwaterError('HW_USAGE', `${name} in ${path} (--broker-options) must be the path of a file.`, {
      where: path,
    });
  const file = resolve(dirname(path), value);
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new HeadwaterError(
      'HW_PATH',
      `The file of ${name} in ${path} (--broker-options) cannot be read: ${file}. Check the path.`,
      { cause, where: file },
    );
  }
};

/** Replaces environment variables in all texts, and options that name a file by the content of this file. */
const resolved = async (value: unknown, environment: NodeJS.ProcessEnv, path: string): Promise<unknown> => {
  if (typeof value === 'string') return withVariables(value, environment, path);
  if (Array.isArray(value)) return Promise.all(value.map((item) => resolved(item, environment, path)));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(async ([name, given]) => {
    const option = await resolved(given, environment, path);
    const content = FILES.get(name);
    return content === undefined ? [name, option] : [content, await fileOf(name, option, path)];
  });
  return Object.fromEntries(await Promise.all(entries));
};

/**
 * Reads a file of client options, for example for TLS and authentication. Without a file, there are no options.
 *
 * `${NAME}` in a text is replaced by the environment variable of this name. `caFile`, `certFile`, `keyFile`,
 * `credsFile` and `nkeyFile` name files, relative to the folder of the options file. They are replaced by `ca`, `cert`,
 * `key`, `creds` and `nkey` with the content of these files.
 *
 * @throws HeadwaterError `HW_PATH` if a file cannot be read, `HW_USAGE` if the file is not a JSON object or a variable
 * is not set
 */
export const readBrokerOptions = async (
  path: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<BrokerOptions> => {
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
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // The error is thrown below. The content of the file may be secret, so it is not quoted.
  }
  const options = await resolved(content, environment, path);
  if (isObject(options)) return options;
  throw new HeadwaterError(
    'HW_USAGE',
    `The file of --broker-options is no JSON object: ${path}. Write the client's options as {"name": value}.`,
    { where: path },
  );
};
