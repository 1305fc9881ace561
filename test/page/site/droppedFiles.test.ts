import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { droppedFiles } from '../../../site/browser/page/droppedFiles.js';
import { tarOf } from '../../../site/browser/page/tarOf.js';

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

const NEWS = { 'config.json': '{}', 'model.safetensors': 'news' };

describe('droppedFiles', () => {
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
