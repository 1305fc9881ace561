import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { NAPI_VERSION } from './SetupKey.js';

/** The file that is written last. A folder without it is not a complete set-up. */
export const MANIFEST = 'manifest.json';

/** The version of the layout of a set-up's folder. */
export const FORMAT = 1;

/** The description that a set-up contains. */
export const SetupManifest = t.readonly(
  t.type({
    format: t.literal(FORMAT),
    version: t.string,
    gpu: t.boolean,
    platform: t.string,
    arch: t.string,
    napi: t.literal(NAPI_VERSION),
    /** The package that provides the JavaScript and the binding. */
    package: t.string,
    /** The SHA-256 of the wheel. */
    wheelSha256: t.string,
    /** The device on which the trial ran. */
    device: t.union([t.literal('cpu'), t.literal('gpu')]),
    /** The required files by path, with their sizes in bytes. */
    files: t.readonly(t.record(t.string, t.number)),
  }),
);
export type SetupManifest = t.TypeOf<typeof SetupManifest>;

/** A complete set-up. */
export interface ReadySetup {
  readonly state: 'ready';
  readonly folder: string;
  readonly manifest: SetupManifest;
}

/** A folder that is not a usable set-up on this machine. */
export interface UnusableSetup {
  readonly state: 'unusable';
  readonly folder: string;
  /** The reason, and what to do. */
  readonly reason: string;
}

export type FoundSetup = ReadySetup | UnusableSetup;

/** The folder of the package in a set-up, and its binding. */
export const packageFolder = (folder: string): string => join(folder, 'package');
export const bindingFile = (folder: string): string =>
  join(packageFolder(folder), 'lib', `napi-v${NAPI_VERSION}`, 'tfjs_binding.node');

/** The part of a folder name that marks a set-up in progress. */
export const UNFINISHED = '.partial';

const AGAIN = 'Run headwater setup tensorflow again.';

/** Reads one set-up. If it is unusable, the result has the reason. */
export const readSetup = (folder: string): FoundSetup => {
  const unusable = (reason: string): UnusableSetup => ({ state: 'unusable', folder, reason });
  const path = join(folder, MANIFEST);
  if (!existsSync(path)) return unusable(`it has no ${MANIFEST}: it was not finished. ${AGAIN}`);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return unusable(`its ${MANIFEST} cannot be read. ${AGAIN}`);
  }
  const decoded = SetupManifest.decode(json);
  if (isLeft(decoded)) return unusable(`its ${MANIFEST} is damaged, or of another version of headwater. ${AGAIN}`);
  const manifest = decoded.right;
  if (manifest.platform !== process.platform || manifest.arch !== process.arch)
    return unusable(
      `it was made for ${manifest.platform} on ${manifest.arch}, and this is ` +
        `${process.platform} on ${process.arch}. Run headwater setup tensorflow on this machine.`,
    );
  for (const [name, size] of Object.entries(manifest.files)) {
    const found = statSync(join(folder, name), { throwIfNoEntry: false })?.size;
    if (found !== size)
      return unusable(
        `${name} in it is ${found === undefined ? 'missing' : `${found} bytes instead of ${size}`}. ${AGAIN}`,
      );
  }
  return { state: 'ready', folder, manifest };
};

const byVersion = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

/** GPU before CPU, newer before older, unusable set-ups last. */
const rank = (a: FoundSetup, b: FoundSetup): number => {
  if (a.state === 'unusable' || b.state === 'unusable')
    return Number(a.state === 'unusable') - Number(b.state === 'unusable');
  return Number(b.manifest.gpu) - Number(a.manifest.gpu) || byVersion(b.manifest.version, a.manifest.version);
};

/** All set-ups in a folder, the preferred one first. */
export const findSetups = (root: string): readonly FoundSetup[] => {
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }): FoundSetup =>
      name.endsWith(UNFINISHED)
        ? { state: 'unusable', folder: join(root, name), reason: `it is not finished. ${AGAIN}` }
        : readSetup(join(root, name)),
    )
    .sort(rank);
};
