import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { isManifestId } from '../../../contracts/models/Manifest.js';
import type { PublishedModels, StoredFile, StoredModel } from '../PublishedModels.js';

/** The version of the format of an entry. */
const VERSION = 1;

const whole = t.refinement(t.number, (value) => Number.isSafeInteger(value) && value >= 0, 'a whole number');
const sha256 = t.refinement(t.string, (value) => /^[0-9a-f]{64}$/.test(value), 'a SHA-256');
const modelId = t.refinement(t.string, isManifestId, "a model's id");

const file = t.type({ name: t.string, key: t.string, bytes: whole, sha256, at: t.union([t.undefined, whole]) });
const model = t.type({ id: modelId, files: t.array(file), others: t.array(file), about: t.unknown });
const share = t.refinement(t.number, (value) => value > 0 && value < 1, 'a share');

const codec = t.type({
  formatVersion: t.literal(VERSION),
  inUse: model,
  candidate: t.union([t.undefined, t.type({ model, share })]),
  before: t.union([t.undefined, model]),
});

/** Encodes the entry of what is published under a name. */
export const encodeModels = ({ inUse, candidate, before }: Omit<PublishedModels, 'name' | 'revision'>): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ formatVersion: VERSION, inUse, candidate, before }));

const fileOf = ({ name, key, bytes, sha256: hash, at }: t.TypeOf<typeof file>): StoredFile => ({
  name,
  key,
  bytes,
  sha256: hash,
  at,
});

const modelOf = ({ id, files, others, about }: t.TypeOf<typeof model>): StoredModel => ({
  id,
  files: files.map(fileOf),
  others: others.map(fileOf),
  about,
});

/** Decodes an entry; undefined if it is invalid. */
export const decodeModels = (bytes: Uint8Array): Omit<PublishedModels, 'name' | 'revision'> | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
  const decoded = codec.decode(value);
  if (E.isLeft(decoded)) return undefined;
  const { inUse, candidate, before } = decoded.right;
  return {
    inUse: modelOf(inUse),
    candidate: candidate === undefined ? undefined : { model: modelOf(candidate.model), share: candidate.share },
    before: before === undefined ? undefined : modelOf(before),
  };
};
