import { firstValueFrom, take, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import type { ModelStore } from '../../src/brokers/models/ModelStore.js';
import { sha256Hex } from '../../src/contracts/runtime/sha256.js';
import { encodeManifest } from '../../src/contracts/models/Manifest.js';

/** The files of an invented model: what is checked here is not whether it classifies. */
export const modelFiles = (weights: string, size = 10): ReadonlyMap<string, Uint8Array> => {
  const text = new TextEncoder();
  const files = new Map<string, Uint8Array>([
    ['tokenizer.json', text.encode('the same for all')],
    ['model.safetensors', text.encode(weights.repeat(size))],
  ]);
  return files.set('manifest.json', encodeManifest(1, files));
};

/** What files are, in few words: to compare megabytes takes an assertion seconds. */
const sumsOf = (files: ReadonlyMap<string, Uint8Array> | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(Array.from(files ?? [], ([name, bytes]) => [name, sha256Hex(bytes)]));

/** What every store of models does, whatever it lies on. */
export const checksModelStore = (open: () => ModelStore): void => {
  it('publishes models under names, and tells of each that replaces another', async () => {
    const store = open();
    expect(await store.current('news')).toBeUndefined();
    const first = await store.publish('news', { files: modelFiles('a'), about: { rows: 1 } });
    expect(await store.current('news')).toEqual(first);
    const seen = firstValueFrom(store.published('news').pipe(take(2), toArray()));
    await expect.poll(() => store.current('other')).toBeUndefined();
    // More than one record, or one part of an object, holds.
    const large = modelFiles('b', 1_300_000);
    const second = await store.publish('news', { files: large, others: new Map([['state', new Uint8Array([1])]]) });
    expect(second).toMatchObject({ before: first.inUse, candidate: undefined });
    await store.publish('other', { files: modelFiles('c') });
    // A watcher that comes late sees the newest alone.
    const ids = (await seen).map(({ inUse }) => inUse.id);
    expect(ids.at(-1)).toBe(second.inUse.id);
    expect(sumsOf(await store.fetch(second.inUse.files))).toEqual(sumsOf(large));
    expect(await store.fetch(second.inUse.others)).toEqual(new Map([['state', new Uint8Array([1])]]));
    // The file that both have is there once.
    expect(second.inUse.files[0]).toEqual(first.inUse.files[0]);
    await store.close();
  });

  it('keeps the model in use beside a candidate, and removes what nobody needs', async () => {
    const store = open();
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => modelFiles(name));
    await expect(store.publish('many', { files: a!, share: 0.5 })).rejects.toMatchObject({ code: 'HW_USAGE' });
    const first = await store.publish('many', { files: a! });
    const beside = await store.publish('many', { files: b!, share: 0.25 });
    expect(beside.inUse).toEqual(first.inUse);
    expect(beside.candidate).toMatchObject({ share: 0.25 });
    const promoted = await store.publish('many', { files: b! });
    expect(promoted).toMatchObject({ inUse: beside.candidate?.model, candidate: undefined, before: first.inUse });
    await store.publish('many', { files: c! });
    const last = await store.publish('many', { files: d! });
    expect(sumsOf(await store.fetch(last.inUse.files))).toEqual(sumsOf(d));
    expect(sumsOf(await store.fetch(last.before?.files ?? []))).toEqual(sumsOf(c));
    await store.close();
  });

  it('refuses files that are not those that were published', async () => {
    const store = open();
    const { inUse } = await store.publish('news', { files: modelFiles('right') });
    const [file] = inUse.files;
    const wrong = [{ ...file!, sha256: '0'.repeat(64) }];
    await expect(store.fetch(wrong)).rejects.toMatchObject({
      code: 'HW_ARTIFACT',
      message: expect.stringContaining('is not the one that was published') as string,
    });
    await expect(store.fetch([{ ...file!, key: 'news/none' }])).rejects.toMatchObject({
      code: 'HW_ARTIFACT',
      message: expect.stringContaining('is missing') as string,
    });
    const damaged = new Map([...modelFiles('right'), ['model.safetensors', new Uint8Array([0])] as const]);
    await expect(store.publish('news', { files: damaged })).rejects.toMatchObject({ code: 'HW_ARTIFACT' });
    await expect(store.publish('news', { files: new Map() })).rejects.toMatchObject({ code: 'HW_USAGE' });
    await expect(store.publish('a name', { files: modelFiles('x') })).rejects.toMatchObject({ code: 'HW_USAGE' });
    await store.close();
  });

  it('refuses a publisher that another has overtaken', async () => {
    const [one, other] = [open(), open()];
    const { revision } = await one.publish('raced', { files: modelFiles('a') });
    await other.publish('raced', { files: modelFiles('b'), after: revision });
    await expect(one.publish('raced', { files: modelFiles('c'), after: revision })).rejects.toMatchObject({
      code: 'HW_BROKER',
      message: expect.stringContaining('Another publisher has replaced the model raced') as string,
    });
    await Promise.all([one.close(), other.close()]);
  });
};
