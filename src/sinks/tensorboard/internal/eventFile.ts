import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { codeOf } from '../../../contracts/codeOf.js';
import { makeFolder } from '../../files/internal/makeFolder.js';

/** Creates a new folder with this name or the next free one: `gru`, `gru-2`, `gru-3`. */
const makeOwnFolder = async (folder: string): Promise<string> => {
  await makeFolder(dirname(folder));
  for (let copy = 1; ; copy++) {
    const own = copy === 1 ? folder : `${folder}-${copy}`;
    try {
      await mkdir(own);
      return own;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
};

/** The `highWaterMark` of the stream: the bytes that may be queued before `write` returns false. */
const HIGH_WATER_MARK = 64 * 1024;

/**
 * A file in its own folder that records are appended to.
 *
 * Each write must contain only whole records. A write that fails halfway is removed, so that the file ends with a whole
 * record.
 *
 * @param path the file. If its folder already exists, the file is written to another folder beside it, with a number
 * after the name
 */
export const eventFile = (path: string): Writable => {
  let file: FileHandle | undefined;
  let whole = 0;

  const begin = async (): Promise<void> => {
    file = await open(join(await makeOwnFolder(dirname(path)), basename(path)), 'ax');
  };
  const append = async (records: readonly Uint8Array[]): Promise<void> => {
    const bytes = Buffer.concat(records);
    try {
      await file?.appendFile(bytes);
    } catch (error) {
      // Report why the write failed, even if truncating the file fails too.
      await file?.truncate(whole).catch(() => undefined);
      throw error;
    }
    whole += bytes.length;
  };
  const close = async (): Promise<void> => {
    const closing = file;
    file = undefined;
    await closing?.close();
  };
  const settle = (work: Promise<void>, done: (error?: Error | null) => void): void => {
    work.then(
      () => done(),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    );
  };

  return new Writable({
    highWaterMark: HIGH_WATER_MARK,
    construct: (done) => settle(begin(), done),
    write: (record: Uint8Array, _encoding, done) => settle(append([record]), done),
    writev: (records: readonly { readonly chunk: Uint8Array }[], done) =>
      settle(append(records.map(({ chunk }) => chunk)), done),
    final: (done) => settle(close(), done),
    destroy: (failure, done) => settle(close(), (error) => done(failure ?? error ?? null)),
  });
};
