import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { type Cluster, clusterAddress, isBrokerAddress } from './brokerAddress.js';

/** The options of a broker's client, as documented by that client. */
export type ClientOptions = Readonly<Record<string, unknown>>;

/** The options of the clients of one or several clusters. */
export interface BrokerOptions {
  /**
   * The options for a cluster.
   *
   * @throws HeadwaterError `HW_USAGE` if the file has sections for clusters, but none for this one; and those of a
   *   section that could not be read
   */
  of(cluster: Cluster): ClientOptions;
}

const isObject = (value: unknown): value is ClientOptions =>
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

/** The options for some clusters; an error if they cannot be read. It matters only where such a cluster is used. */
interface Section {
  readonly cluster: Cluster;
  readonly options: E.Either<unknown, ClientOptions>;
}

const addressOf = ({ kind, servers }: Cluster): string => `${kind}://${servers.join(',')}`;

/** The options of a file that has a section for each cluster, named by its address. */
const sectioned = (sections: readonly Section[], path: string): BrokerOptions => ({
  of: (cluster) => {
    const ofKind = sections.filter((section) => section.cluster.kind === cluster.kind);
    const found =
      ofKind.find((section) => section.cluster.servers.some((server) => cluster.servers.includes(server))) ??
      ofKind.find((section) => section.cluster.servers.length === 0);
    if (found === undefined)
      throw new HeadwaterError(
        'HW_USAGE',
        `${path} (--broker-options) has no options for ${addressOf(cluster)}. Add them under ` +
          `"${addressOf(cluster)}", or under "${cluster.kind}://" for all other clusters of this kind. ` +
          'A cluster without options has {}.',
        { where: path },
      );
    if (E.isLeft(found.options)) throw found.options.left;
    return found.options.right;
  },
});

const readSection = async (
  name: string,
  content: unknown,
  environment: NodeJS.ProcessEnv,
  path: string,
): Promise<Section> => {
  const cluster = clusterAddress(name, '--broker-options');
  if (!isObject(content))
    throw new HeadwaterError(
      'HW_USAGE',
      `${name} in ${path} (--broker-options) is no JSON object. Write the client's options as {"name": value}.`,
      { where: path },
    );
  try {
    return { cluster, options: E.right((await resolved(content, environment, path)) as ClientOptions) };
  } catch (error) {
    return { cluster, options: E.left(error) };
  }
};

/**
 * Reads a file of client options, for example for TLS and authentication. Without a file, there are no options.
 *
 * The options are either for all clusters, or in sections for one cluster each: `{"kafka://b1,b2": {…}, "nats://n1":
 * {…}}`. A section is for an address that has at least one of its servers; without servers, it is for all other
 * clusters of its kind.
 *
 * `${NAME}` in a text is replaced by the environment variable of this name. `caFile`, `certFile`, `keyFile`,
 * `credsFile` and `nkeyFile` name files, relative to the folder of the options file. They are replaced by `ca`, `cert`,
 * `key`, `creds` and `nkey` with the content of these files.
 *
 * @throws HeadwaterError `HW_PATH` if a file cannot be read, `HW_USAGE` if the file is not a JSON object, a variable is
 *   not set, or it has both sections and other options
 */
export const readBrokerOptions = async (
  path: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<BrokerOptions> => {
  if (path === undefined) return { of: () => ({}) };
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
  if (!isObject(content))
    throw new HeadwaterError(
      'HW_USAGE',
      `The file of --broker-options is no JSON object: ${path}. Write the client's options as {"name": value}.`,
      { where: path },
    );
  const names = Object.keys(content);
  const clusters = names.filter(isBrokerAddress);
  if (clusters.length === 0) {
    const options = (await resolved(content, environment, path)) as ClientOptions;
    return { of: () => options };
  }
  const other = names.find((name) => !isBrokerAddress(name));
  if (other !== undefined)
    throw new HeadwaterError(
      'HW_USAGE',
      `${path} (--broker-options) has options for single clusters, and also ${JSON.stringify(other)} outside of ` +
        'them. Move it into the clusters that it is for.',
      { where: path },
    );
  return sectioned(
    await Promise.all(clusters.map((name) => readSection(name, content[name], environment, path))),
    path,
  );
};
