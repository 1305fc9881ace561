import { createHash } from 'node:crypto';
import { readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { codeOf } from '../../contracts/codeOf.js';
import { reasonOf } from '../../contracts/reasonOf.js';
import { clearLeftBehind, discard, temporaryName } from '../../contracts/runtime/temporaries.js';
import { makeFolders } from '../../contracts/runtime/makeFolders.js';
import type { Validators } from './http/validators.js';
import type { Snapshot } from './keepSnapshot.js';

/** The subfolder of the snapshot folder that records the origin of the snapshots: one small file per URL. */
export const SOURCES = 'sources';

/** The record of a URL whose body was kept. */
export const StoredSourceJson = t.intersection([
  t.type({
    format: t.literal(1),
    /** The URL without its query, which may contain a secret. */
    source: t.string,
    sha256: t.string,
    bytes: t.number,
    /** The time of the last request, in milliseconds since 1970. */
    asked: t.number,
  }),
  t.partial({ etag: t.string, lastModified: t.string, charset: t.string }),
]);

type StoredSourceJson = t.TypeOf<typeof StoredSourceJson>;

/** A body that an earlier run has kept, with its validators and encoding. */
export interface StoredSource {
  readonly snapshot: Snapshot;
  readonly validators: Validators;
  readonly charset: string | undefined;
}

/** The file name of a snapshot. */
export const snapshotName = (sha256: string): string => `${sha256}.csv`;

const fileOf = (directory: string, url: URL): string =>
  join(directory, SOURCES, `${createHash('sha256').update(url.href).digest('hex').slice(0, 32)}.json`);

const parseStored = (text: string): StoredSourceJson | undefined => {
  try {
    const decoded = StoredSourceJson.decode(JSON.parse(text));
    return isLeft(decoded) || !/^[0-9a-f]{64}$/.test(decoded.right.sha256) ? undefined : decoded.right;
  } catch {
    return undefined;
  }
};

/** The record in a file of `sources`; undefined if it is missing or not usable. */
export const readStored = async (path: string): Promise<StoredSourceJson | undefined> => {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseStored(text);
};

/** The SHA-256 of a file, in hexadecimal. */
export const hashOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
};

/** Why the body of a URL that an earlier run has kept cannot be used. */
export interface UnusableSource {
  /** The file. */
  readonly path: string;
  /** What is wrong with it: `it is damaged`. */
  readonly reason: string;
  /** Whether its bytes are wrong. Otherwise it cannot be read, and this may pass. */
  readonly damaged: boolean;
}

/** @returns undefined if the file is missing */
const tried = async <T>(path: string, read: () => Promise<T | undefined>): Promise<T | UnusableSource | undefined> => {
  try {
    return (await read()) ?? { path, reason: 'it is damaged', damaged: true };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    return { path, reason: `it cannot be read (${reasonOf(error)})`, damaged: false };
  }
};

export const isUnusable = (found: StoredSource | UnusableSource): found is UnusableSource => 'reason' in found;

/** The body of a URL that an earlier run has kept; undefined if there is none. Nothing is changed. */
export const storedSource = async (directory: string, url: URL): Promise<StoredSource | UnusableSource | undefined> => {
  const record = fileOf(directory, url);
  const stored = await tried(record, async () => parseStored(await readFile(record, 'utf8')));
  if (stored === undefined || 'reason' in stored) return stored;
  const { sha256, bytes, etag, lastModified, charset } = stored;
  const path = join(directory, snapshotName(sha256));
  return tried(path, async () =>
    (await hashOf(path)) === sha256
      ? { snapshot: { path, sha256, bytes }, validators: { etag, lastModified }, charset }
      : undefined,
  );
};

/** Sets the modification time of a snapshot, which is the time of its last use. Errors are ignored. */
export const markUsed = async (path: string, now: number): Promise<void> => {
  await utimes(path, now / 1000, now / 1000).catch(() => undefined);
};

/** Records the snapshot of a URL, so that the next run need not download it again. Write errors are ignored. */
export const storeSource = async (
  directory: string,
  url: URL,
  { snapshot: { sha256, bytes }, validators: { etag, lastModified }, charset }: StoredSource,
  now: number,
): Promise<void> => {
  const json: StoredSourceJson = {
    format: 1,
    source: `${url.origin}${url.pathname}${url.search === '' ? '' : '?…'}`,
    sha256,
    bytes,
    asked: now,
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
    ...(charset === undefined ? {} : { charset }),
  };
  const temporary = join(directory, SOURCES, temporaryName());
  try {
    await makeFolders(join(directory, SOURCES));
    await clearLeftBehind(join(directory, SOURCES));
    await writeFile(temporary, JSON.stringify(json));
    await rename(temporary, fileOf(directory, url));
    await markUsed(join(directory, snapshotName(sha256)), now);
  } catch {
    await discard(temporary);
  }
};
