import { catchError, map, type Observable, throwError } from 'rxjs';
import { checkNumber } from '../../../contracts/checkOption.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { MANIFEST_FILE, manifestId, parseManifest } from '../../../contracts/models/Manifest.js';
import { reasonOf } from '../../../contracts/reasonOf.js';
import { sha256Hex } from '../../../contracts/runtime/sha256.js';
import { connectionAdvice } from '../../internal/connectionAdvice.js';
import type { ModelStore } from '../ModelStore.js';
import type { Publication, PublishedModels, StoredFile, StoredModel } from '../PublishedModels.js';
import type { Entry, ModelShelf } from './ModelShelf.js';
import { decodeModels, encodeModels } from './modelsJson.js';

/** Model names that every broker accepts. */
const NAME = /^[A-Za-z0-9_-]{1,100}$/;

const filesOf = (models: readonly (StoredModel | undefined)[]): readonly StoredFile[] =>
  models.flatMap((model) => (model === undefined ? [] : [...model.files, ...model.others]));

/**
 * The id of the model that these files form.
 *
 * @throws HeadwaterError `HW_USAGE` if there is no manifest, `HW_ARTIFACT` if a file that it lists is missing or
 * differs
 */
const idOf = (files: ReadonlyMap<string, Uint8Array>): string => {
  const bytes = files.get(MANIFEST_FILE);
  const manifest = bytes === undefined ? undefined : parseManifest(bytes);
  if (bytes === undefined || manifest === undefined)
    throw new HeadwaterError(
      'HW_USAGE',
      `A model is published with its ${MANIFEST_FILE}, and there is ` +
        'none. Give the files as encodeArtifacts makes them.',
    );
  for (const { name, sha256 } of manifest.files) {
    const content = files.get(name);
    if (content === undefined || sha256Hex(content) !== sha256)
      throw new HeadwaterError(
        'HW_ARTIFACT',
        `The model cannot be published: its ${MANIFEST_FILE} lists ${name}, which is ` +
          `${content === undefined ? 'not among the files' : 'another file here'}. Save the model again.`,
      );
  }
  return manifestId(bytes);
};

/** Makes a model store from the storage of a broker. */
export const modelStore = (shelf: ModelShelf): ModelStore => {
  const { where } = shelf;

  const checkName = (name: string): void => {
    if (!NAME.test(name))
      throw new HeadwaterError(
        'HW_USAGE',
        `The name of a model is ${JSON.stringify(name.slice(0, 100))}, but must be up to 100 letters, digits, - and _.`,
      );
  };

  const failure = (error: unknown): HeadwaterError =>
    error instanceof HeadwaterError
      ? error
      : new HeadwaterError(
          'HW_BROKER',
          `The models in ${where} cannot be read or written: ` +
            `${reasonOf(error)}. ${connectionAdvice(error, "Check the servers' addresses and logs.")}`,
          { cause: error, where },
        );
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw failure(error);
    }
  };

  const modelsOf = (name: string, { bytes, revision }: Entry): PublishedModels => {
    const models = decodeModels(bytes);
    if (models !== undefined) return { name, revision, ...models };
    throw new HeadwaterError(
      'HW_ARTIFACT',
      `What ${where} holds under the name ${name} is no model of this version. Publish the model again.`,
      { where },
    );
  };

  const current = async (name: string): Promise<PublishedModels | undefined> => {
    const entry = await shelf.entry(name);
    return entry === undefined ? undefined : modelsOf(name, entry);
  };

  const damaged = (id: string, why: string): HeadwaterError =>
    new HeadwaterError('HW_ARTIFACT', `The file ${id} in ${where} ${why}. Publish the model again.`, { where });

  /** Stores the files that the broker does not hold yet. */
  const stored = async (
    name: string,
    files: ReadonlyMap<string, Uint8Array>,
    held: ReadonlyMap<string, StoredFile>,
  ): Promise<readonly StoredFile[]> => {
    const found: StoredFile[] = [];
    for (const [file, bytes] of files) {
      const sha256 = sha256Hex(bytes);
      const key = `${name}/${sha256}`;
      const same = held.get(key);
      found.push({
        name: file,
        key,
        bytes: bytes.length,
        sha256,
        at: same === undefined ? await shelf.put(key, bytes) : same.at,
      });
    }
    return found;
  };

  const overtaken = (name: string): HeadwaterError =>
    new HeadwaterError(
      'HW_BROKER',
      `Another publisher has replaced the model ${name} in ${where} meanwhile. Let one at a time publish under a name.`,
      { where },
    );

  return {
    published: (name): Observable<PublishedModels> => {
      checkName(name);
      return shelf.entries(name).pipe(
        map((entry) => modelsOf(name, entry)),
        catchError((error: unknown) => throwError(() => failure(error))),
      );
    },
    current: (name) =>
      guarded(async () => {
        checkName(name);
        return current(name);
      }),
    fetch: (files) =>
      guarded(async () => {
        const found = new Map<string, Uint8Array>();
        for (const file of files) {
          const bytes = await shelf.get(file);
          if (bytes === undefined) throw damaged(file.name, 'is missing');
          if (sha256Hex(bytes) !== file.sha256) throw damaged(file.name, 'is not the one that was published');
          // A plain Uint8Array, whatever subclass the client returns.
          found.set(file.name, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
        }
        return found;
      }),
    publish: (name, { files, others = new Map(), about, share = 1, after }: Publication) =>
      guarded(async () => {
        checkName(name);
        checkNumber('publish', 'share', share, { above: 0, to: 1 });
        const id = idOf(files);
        const entry = await shelf.entry(name);
        const last = entry === undefined ? undefined : decodeModels(entry.bytes);
        if (after !== undefined && (entry?.revision ?? 0) !== after) throw overtaken(name);
        const held = new Map(
          filesOf([last?.inUse, last?.candidate?.model, last?.before]).map((file) => [file.key, file]),
        );
        const model: StoredModel = {
          id,
          files: await stored(name, files, held),
          others: await stored(name, others, held),
          about,
        };
        if (share < 1 && last === undefined)
          throw new HeadwaterError(
            'HW_USAGE',
            `publish: share is ${share}, but there is no model ${name} yet that ` +
              'could take the rest. Publish a first one without a share.',
          );
        const next =
          share < 1 && last !== undefined
            ? { inUse: last.inUse, candidate: { model, share }, before: last.before }
            : { inUse: model, candidate: undefined, before: last?.inUse.id === id ? last.before : last?.inUse };
        const revision = await shelf.writeEntry(name, encodeModels(next), after ?? entry?.revision ?? 0);
        const needed = new Set(filesOf([next.inUse, next.candidate?.model, next.before]).map(({ key }) => key));
        await shelf.remove([...held.values()].filter(({ key }) => !needed.has(key)));
        return { name, revision, ...next };
      }),
    close: () => shelf.close(),
  };
};
