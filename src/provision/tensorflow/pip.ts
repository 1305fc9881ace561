import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { CommandOptions, Finished } from '../host/runCommand.js';
import { lastLine, setupError } from '../host/setupError.js';
import type { Step } from '../host/Step.js';
import { isOlder } from '../host/tools.js';
import { whileGrowing } from '../files/whileGrowing.js';

/** A wheel in the package index. */
export interface IndexedWheel {
  /** The name and version in the form of a requirement. */
  readonly requirement: string;
  readonly sha256: string;
}

/**
 * The Python version whose wheels are requested. Only native libraries of the wheels are used, so it can differ from
 * the Python of the machine, for which there may be no wheel.
 */
const PYTHON = '3.11';

/** Only wheels, without their dependencies: only their libraries are used. */
const WHEELS: readonly string[] = [
  '--no-deps',
  '--only-binary=:all:',
  '--python-version',
  PYTHON,
  '--no-input',
  '--disable-pip-version-check',
];

/**
 * The part of pip's message that lists the available versions, if the requested one does not exist. If pip reached no
 * index, the list is `none`.
 */
const VERSIONS = /\(from versions: (?!none\b)([^)]+)\)/;

/** The maximum number of versions in a message. */
const TOLD = 8;

/**
 * Messages of pip on failure and their meanings. The first match counts, because pip without a network also reports
 * that it found nothing.
 */
const MEANINGS: readonly (readonly [RegExp, string, string])[] = [
  [/No space left on device/i, 'There is no room left on the disk.', 'Make room, or name another folder with --dest.'],
  [
    /DO NOT MATCH THE HASHES/i,
    'What was downloaded is not what the index promised.',
    'Try again; if it stays so, name another index in PIP_INDEX_URL, or a file with --wheel.',
  ],
  [
    /NewConnectionError|Max retries|name resolution|Could not fetch URL|ConnectTimeout|Read timed out|ProxyError|Network is unreachable|Connection (refused|reset|aborted)|SSLError/i,
    'The package index cannot be reached.',
    'Check the network and the proxy (pip reads HTTPS_PROXY and ' +
      'PIP_INDEX_URL), or download the wheel elsewhere and name it with --wheel.',
  ],
];

const failure = (wanted: string, { stdout, stderr }: Finished): HeadwaterError => {
  const said = `${stdout}\n${stderr}`;
  const versions = VERSIONS.exec(said)?.[1]?.split(', ').slice(-TOLD).reverse();
  const meaning = versions === undefined ? MEANINGS.find(([pattern]) => pattern.test(said)) : undefined;
  if (meaning !== undefined) return setupError(`${meaning[1]} (pip: ${lastLine(stderr)})`, meaning[2]);
  if (versions !== undefined || said.includes('No matching distribution found'))
    return setupError(
      `The package index has no wheel of ${wanted} for this machine (${process.platform}, ` +
        `${process.arch})${versions === undefined ? '' : `; the newest that there are: ${versions.join(', ')}`}.`,
      'Name another version with --version, or a wheel of yours with --wheel.',
    );
  return setupError(
    `pip could not get ${wanted}: ${lastLine(stderr)}.`,
    'Correct what it reports, or download the wheel elsewhere and name it with --wheel.',
  );
};

const pip = async (
  wanted: string,
  args: readonly string[],
  { run, signal }: Step,
  options: CommandOptions,
): Promise<void> => {
  const ended = await run('python3', ['-m', 'pip', ...args], { ...options, signal });
  if (ended?.status !== 0) throw failure(wanted, ended ?? { status: 1, stdout: '', stderr: 'python3 is not there' });
};

const Report = t.type({
  install: t.array(
    t.type({
      download_info: t.type({
        url: t.string,
        archive_info: t.intersection([
          t.partial({ hash: t.string }),
          t.partial({ hashes: t.record(t.string, t.string) }),
        ]),
      }),
      metadata: t.type({ name: t.string, version: t.string }),
    }),
  ),
});

/**
 * Asks the index in pip's configuration which wheel pip would choose, and for its hash.
 *
 * @param requirement such as `tensorflow-cpu==2.21.0`
 * @param scratch a folder for pip's temporary files
 */
export const askIndex = async (requirement: string, scratch: string, step: Step): Promise<IndexedWheel> => {
  const report = join(scratch, 'report.json');
  const target = join(scratch, 'target');
  const args = [
    'install',
    '--quiet',
    '--dry-run',
    '--ignore-installed',
    ...WHEELS,
    '--target',
    target,
    '--report',
    report,
    requirement,
  ];
  // If the index has no separate metadata, or pip cannot use it, pip downloads the wheel to answer.
  await whileGrowing(
    [scratch],
    (bytes) => step.progress(bytes, undefined),
    () => pip(requirement, args, step, { env: { TMPDIR: scratch } }),
  );
  const decoded = Report.decode(JSON.parse(await readFile(report, 'utf8')));
  await rm(report);
  const found = isLeft(decoded) ? undefined : decoded.right.install[0];
  const { hashes, hash } = found?.download_info.archive_info ?? {};
  const sha256 = hashes?.['sha256'] ?? /^sha256=(.+)$/.exec(hash ?? '')?.[1];
  if (found === undefined || sha256 === undefined) {
    throw setupError(
      `The package index gives no SHA-256 for ${requirement}, so what comes from it could not be verified.`,
      'Name another index in PIP_INDEX_URL, or a wheel that you trust with --wheel.',
    );
  }
  return { requirement: `${found.metadata.name}==${found.metadata.version}`, sha256 };
};

/** The first version of pip that can report its progress to programs. */
const TELLS_PROGRESS = '24.1';

/** The first version of pip that resumes interrupted downloads. */
const GOES_ON = '25.1';

/**
 * Downloads a wheel with pip. pip refuses a file with another hash.
 *
 * @param folder the target folder; it is empty or does not exist
 * @param pipVersion decides which options of pip are used
 * @returns the path of the wheel
 */
export const downloadWheel = async (
  { requirement, sha256 }: IndexedWheel,
  folder: string,
  scratch: string,
  pipVersion: string,
  step: Step,
): Promise<string> => {
  const file = join(scratch, 'requirements.txt');
  await writeFile(file, `${requirement} --hash=sha256:${sha256}\n`);
  const tells = !isOlder(pipVersion, TELLS_PROGRESS);
  const args = [
    ...['download', '--require-hashes', ...WHEELS, '--dest', folder],
    ...['--progress-bar', tells ? 'raw' : 'off'],
    ...(isOlder(pipVersion, GOES_ON) ? [] : ['--resume-retries', '5']),
    ...['-r', file],
  ];
  const onLine = (line: string): void => {
    const [, done, total] = /^\s*Progress (\d+) of (\d+)/.exec(line) ?? [];
    if (done !== undefined) step.progress(Number(done), Number(total) || undefined);
  };
  const download = (): Promise<void> => pip(requirement, args, step, { env: { TMPDIR: scratch }, onLine });
  // An older pip downloads into its temporary folder, and copies local files to the target folder.
  await (tells ? download() : whileGrowing([scratch, folder], (bytes) => step.progress(bytes, undefined), download));
  await rm(file);
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (wheel === undefined)
    throw setupError(
      `pip ended well but left no wheel of ${requirement}.`,
      'Try again, or name a wheel of yours with --wheel.',
    );
  return join(folder, wheel);
};
