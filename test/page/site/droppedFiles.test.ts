import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { droppedFiles } from '../../../site/browser/page/droppedFiles.js';
import { tarOf } from '../../../site/browser/page/tarOf.js';
import { unpacked } from '../../../site/browser/page/unpacked.js';
import { zipOf } from '../../streams/zipOf.js';

const text = (files: ReadonlyMap<string, Uint8Array>): Readonly<Record<string, string>> =>
  Object.fromEntries([...files].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]));

const model = (weights: string): ReadonlyMap<string, Uint8Array> =>
  new Map(
    Object.entries({ 'config.json': '{}', 'model.safetensors': weights }).map(([name, content]) => [
      name,
      new TextEncoder().encode(content),
    ]),
  );

interface Folder {
  readonly [name: string]: string | Folder;
}

/** An entry of a drop, as browsers give it. */
const entryOf = (name: string, content: string | Folder): unknown =>
  typeof content === 'string'
    ? { name, isFile: true, isDirectory: false, file: (give: (file: File) => void) => give(new File([content], name)) }
    : {
        name,
        isFile: false,
        isDirectory: true,
        createReader: () => {
          const parts = [Object.entries(content).map(([inner, of]) => entryOf(inner, of)), []];
          return { readEntries: (give: (entries: unknown) => void) => give(parts.shift()) };
        },
      };

const dropped = (content: Folder): Promise<ReadonlyMap<string, Uint8Array>> =>
  droppedFiles(
    Object.entries(content).map(
      ([name, of]) =>
        ({ webkitGetAsEntry: () => entryOf(name, of), getAsFile: () => null }) as unknown as DataTransferItem,
    ),
  );

const NEWS: Readonly<Record<string, string>> = { 'config.json': '{}', 'model.safetensors': 'news' };

/** A tar archive of a saved model with an older generation that is in use again, and a newer one. */
const tarOfGenerations = (inside: string, format: string, parts: (folder: string) => readonly string[]): File => {
  const work = mkdtempSync(join(tmpdir(), 'headwater-tar-'));
  const model = join(work, inside, 'news');
  for (const [generation, weights, seconds] of [
    ['older', 'in use', 1000],
    ['newer', 'not in use', 2000],
  ] as const) {
    const folder = join(model, 'generations', generation);
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of Object.entries({ ...NEWS, 'model.safetensors': weights })) {
      writeFileSync(join(folder, name), content);
      utimesSync(join(folder, name), seconds, seconds);
    }
  }
  symlinkSync('generations/older', join(model, 'current'));
  for (const name of Object.keys(NEWS)) symlinkSync(`current/${name}`, join(model, name));
  execFileSync('tar', [`--format=${format}`, '-cf', 'news.tar', ...parts(join(inside, 'news'))], { cwd: work });
  const bytes = readFileSync(join(work, 'news.tar'));
  rmSync(work, { recursive: true });
  return new File([bytes], 'news.tar');
};

/** A folder whose path is too long for the header of a tar archive. */
const DEEP = join(...Array.from({ length: 4 }, (_, at) => `${at}-${'a'.repeat(70)}`));

describe('droppedFiles', () => {
  it.each([
    ['folder', ''],
    ['folder inside others', 'models/2026/'],
    ['list of files', undefined],
  ])('opens a zip archive of a %s', async (_what, folder) => {
    const packed = Object.fromEntries(Object.entries(NEWS).map(([name, of]) => [`${folder ?? ''}${name}`, of]));
    const archive = new File([new Uint8Array(zipOf({ ...packed, '__MACOSX/._model.safetensors': 'x' }))], 'news.zip');
    expect(text(await droppedFiles([archive]))).toEqual(NEWS);
  });

  it('takes a model in a zip archive once, with copies in place of its links', async () => {
    const packed: Readonly<Record<string, string>> = Object.fromEntries(
      ['', 'current/', 'generations/1/', 'generations/2/'].flatMap((folder) =>
        Object.entries(NEWS).map(([name, of]) => [`news/${folder}${name}`, of]),
      ),
    );
    const archive = new File([new Uint8Array(zipOf(packed))], 'news.zip');
    expect(text(await droppedFiles([archive]))).toEqual(NEWS);
  });

  it('says what is wrong with a zip archive', async () => {
    const zip = zipOf(NEWS);
    const changed = (at: number, value: number): File => {
      const bytes = new Uint8Array(zip);
      bytes[at] = value;
      return new File([bytes], 'news.zip');
    };
    const directory = zip.indexOf('PK\x01\x02');
    const opened = (file: File): Promise<unknown> => droppedFiles([file]);
    await expect(opened(changed(directory + 8, 1))).rejects.toThrow('config.json was not unpacked: It has a password.');
    await expect(opened(changed(directory + 10, 12))).rejects.toThrow('compressed in another way (12)');
    // A size that is not the real one: no more is unpacked than the archive says.
    await expect(opened(changed(directory + 24, 1))).rejects.toThrow('config.json was not unpacked');
    await expect(opened(changed(0, 0))).rejects.toThrow('config.json was not unpacked: It is damaged.');
    await expect(opened(new File([new Uint8Array(zip).subarray(0, 40)], 'news.zip'))).rejects.toThrow(
      'There is no model.safetensors',
    );
    for (let length = zip.length - 1; length > 0; length -= 7)
      await expect(opened(new File([new Uint8Array(zip).subarray(0, length)], 'news.zip'))).rejects.toThrow(
        'There is no',
      );
  });

  it.each(['gnu', 'pax'])('opens the generation in use of a model in a tar archive (%s)', async (format) => {
    const whole = (folder: string): readonly string[] => [folder];
    const inUse = { ...NEWS, 'model.safetensors': 'in use' };
    expect(text(await droppedFiles([tarOfGenerations('', format, whole)]))).toEqual(inUse);
    expect(text(await droppedFiles([tarOfGenerations(DEEP, format, whole)]))).toEqual(inUse);
    // Without the links: the newest one.
    const generations = (folder: string): readonly string[] => [`${folder}/generations`];
    expect(text(await droppedFiles([tarOfGenerations('', format, generations)]))).toEqual({
      ...NEWS,
      'model.safetensors': 'not in use',
    });
  });

  it('unpacks no more than its bound', async () => {
    const bomb = new Blob([gzipSync(Buffer.alloc(1_000_000))]);
    await expect(unpacked(bomb, 'gzip', 999_999)).rejects.toThrow('There are more than 999999 bytes in it.');
    expect((await unpacked(bomb, 'gzip', 1_000_000)).size).toBe(1_000_000);
    await expect(droppedFiles([new File(['no archive'], 'a.tar.gz')])).rejects.toThrow(
      /^a\.tar\.gz was not unpacked: /,
    );
  });

  it.each([
    ['news.mjs', 'A module of headwater bundle is for programs'],
    ['news.csv', 'A model is trained on a table'],
    ['news.7z', 'An archive of this kind cannot be read here: unpack it first.'],
  ])('says what %s is for', async (name, sentence) => {
    await expect(droppedFiles([new File(['x'], name)])).rejects.toThrow(sentence);
  });

  it('opens the archive that the page has saved, also compressed', async () => {
    const archive = new Uint8Array(await tarOf('headwater-model', model('a'.repeat(600)), 0).arrayBuffer());
    for (const file of [new File([archive], 'headwater-model.tar'), new File([gzipSync(archive)], 'a.tar.gz')])
      expect(text(await droppedFiles([file]))).toEqual({ 'config.json': '{}', 'model.safetensors': 'a'.repeat(600) });
  });

  it('says of an archive without a model what is missing', async () => {
    for (const bytes of [new Uint8Array(5000).fill(65), new Uint8Array(10), new Uint8Array()])
      await expect(droppedFiles([new File([bytes], 'photos.tar')])).rejects.toThrow(
        'There is no model.safetensors among the files (photos.tar).',
      );
  });

  it('finds the model in a folder that holds its folder alone', async () => {
    expect(text(await dropped({ models: { news: NEWS, notes: { 'a.txt': '' } } }))).toEqual(NEWS);
    expect(text(await dropped({ models: { news: { generations: { 1: NEWS } } } }))).toEqual(NEWS);
  });

  it('names several models, and mixes no files of them', async () => {
    await expect(dropped({ news: NEWS, mails: NEWS })).rejects.toThrow(
      'There are 2 models: news, mails. Drop one of them.',
    );
    await expect(dropped({ models: { news: NEWS, mails: NEWS } })).rejects.toThrow('There are 2 models: news, mails.');
  });
});
