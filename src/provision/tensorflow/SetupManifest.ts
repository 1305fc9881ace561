import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { NAPI_VERSION } from './SetupKey.js';

/** The file that is written last: a folder without it is no set-up. */
export const MANIFEST = 'manifest.json';

/** The layout of a set-up's folder; another number is another layout. */
export const FORMAT = 1;

/** What a set-up says of itself. */
export const SetupManifest = t.readonly(
  t.type({
    format: t.literal(FORMAT),
    version: t.string,
    gpu: t.boolean,
    platform: t.string,
    arch: t.string,
    napi: t.literal(NAPI_VERSION),
    /** The package whose JavaScript and binding are in it. */
    package: t.string,
    /** What the wheel's bytes hash to. */
    wheelSha256: t.string,
    /** The device that the trial computed on. */
    device: t.union([t.literal('cpu'), t.literal('gpu')]),
    /** What must be there, by path, with its size in bytes. */
    files: t.readonly(t.record(t.string, t.number)),
  }),
);
export type SetupManifest = t.TypeOf<typeof SetupManifest>;

/** A set-up that is there and complete. */
export interface ReadySetup {
  readonly state: 'ready';
  readonly folder: string;
  readonly manifest: SetupManifest;
}

/** A folder that was to be a set-up and is none, or is none for this machine. */
export interface UnusableSetup {
  readonly state: 'unusable';
  readonly folder: string;
  /** Why, in words, with what to do about it. */
  readonly reason: string;
}

export type FoundSetup = ReadySetup | UnusableSetup;

/** The package's own folder in a set-up, and its binding. */
export const packageFolder = (folder: string): string => join(folder, 'package');
export const bindingFile = (folder: string): string =>
  join(packageFolder(folder), 'lib', `napi-v${NAPI_VERSION}`, 'tfjs_binding.node');

/** What stands in the name of a folder that a set-up is still being made in. */
export const UNFINISHED = '.partial';

const AGAIN = 'Run headwater setup tensorflow again.';

/** Reads one set-up, and says why it is none where it is none. */
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
      `it was made for ${manifest.platform} on ${manifest.arch}, and this is ${process.platform} on ${process.arch}. Run headwater setup tensorflow on this machine.`,
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

/** GPU before CPU, newer before older, what cannot be used last. */
const rank = (a: FoundSetup, b: FoundSetup): number => {
  if (a.state === 'unusable' || b.state === 'unusable')
    return Number(a.state === 'unusable') - Number(b.state === 'unusable');
  return Number(b.manifest.gpu) - Number(a.manifest.gpu) || byVersion(b.manifest.version, a.manifest.version);
};

/** All set-ups in a folder, the one to be tried first at the head. */
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
