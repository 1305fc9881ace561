import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import type { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { Weight } from '../../../contracts/models/StateDict.js';
import { DocumentFrequencies } from '../../../text/features/DocumentFrequencies.js';
import { wideFeatures, type WideFeatures } from '../../../text/features/wideFeatures.js';
import { artifactError, readArtifact } from '../../../text/artifacts/readArtifact.js';
import { guarded } from '../../internal/guarded.js';
import { decodeSafetensors, encodeSafetensors } from '../safetensors.js';

const WHAT = 'file of features';

/** The largest norm of the block of words. */
const MOST_WEIGHT = 1e6;

const numeral = (name: string, is: (value: number) => boolean) =>
  guarded(name, (value): value is string => typeof value === 'string' && value !== '' && is(Number(value)));

/** The metadata of `features.safetensors`: the settings of the features. */
const settingsCodec = t.intersection([
  t.type({
    bits: numeral('a whole number from 8 to 24', (value) => Number.isSafeInteger(value) && value >= 8 && value <= 24),
    cased: t.keyof({ true: null, false: null }),
    documents: numeral('a whole number of at least 0', (value) => Number.isSafeInteger(value) && value >= 0),
    wordWeight: numeral('a number above 0', (value) => value > 0 && value <= MOST_WEIGHT),
    unseen: t.keyof({ 'leave-out': null, keep: null }),
  }),
  // Files of older versions do not have it.
  t.partial({ runs: t.keyof({ true: null, false: null }) }),
]);

const weightOf = (values: Int32Array): Weight => ({ shape: [values.length], data: Float32Array.from(values) });

/** The bytes of `features.safetensors`: the features of the train rows, and the number of rows in which each occurs. */
export const encodeFeatures = ({ frequencies, wordWeight, unseen }: WideFeatures): Uint8Array => {
  const { bits, cased, runs, documents, ids, counts } = frequencies.toData();
  return encodeSafetensors(
    new Map([
      ['ids', weightOf(ids)],
      ['counts', weightOf(counts)],
    ]),
    new Map([
      ['format', 'headwater-features'],
      ['bits', String(bits)],
      ['cased', String(cased)],
      ['runs', String(runs)],
      ['documents', String(documents)],
      ['wordWeight', String(wordWeight)],
      ['unseen', unseen],
    ]),
  );
};

/** Reads the bytes of `features.safetensors`. The file is not trusted: everything in it is checked. */
export const decodeFeatures = (bytes: Uint8Array, where: string): E.Either<HeadwaterError, WideFeatures> =>
  pipe(
    E.Do,
    E.bind('file', () => decodeSafetensors(bytes, where)),
    E.bind('settings', ({ file }) => readArtifact(settingsCodec, WHAT, Object.fromEntries(file.metadata), where)),
    E.flatMap(({ file, settings }) => {
      const [ids, counts] = [file.weights.get('ids'), file.weights.get('counts')];
      if (ids === undefined || counts === undefined)
        return E.left(artifactError(WHAT, 'it has no ids or no counts', where));
      // Values that are not whole numbers are rejected here, because an Int32Array would change them silently.
      if (![...[ids, counts]].every(({ data }) => data.every(Number.isSafeInteger)))
        return E.left(artifactError(WHAT, 'its ids or counts are not whole numbers', where));
      return pipe(
        DocumentFrequencies.fromData(
          {
            bits: Number(settings.bits),
            cased: settings.cased === 'true',
            runs: settings.runs === 'true',
            documents: Number(settings.documents),
            ids: Int32Array.from(ids.data),
            counts: Int32Array.from(counts.data),
          },
          where,
        ),
        E.map((frequencies) =>
          wideFeatures(frequencies, { wordWeight: Number(settings.wordWeight), unseen: settings.unseen }),
        ),
      );
    }),
  );
