import { firstValueFrom, of, toArray } from 'rxjs';
import { openArtifacts, restoreModel } from 'headwater/models';
import { classifyLive, type ClassifyLiveOptions, type LiveHeadline } from 'headwater/operators';
import { rowEncoder } from 'headwater/text';
import type { Prefix } from '../protocol.js';
import { wordEnds } from './wordEnds.js';

/** The most words of a text that are classified one after another: of more, the last ones. */
const MOST_WORDS = 60;

/** A model that classifies texts. */
export interface TextModel {
  readonly classes: readonly string[];
  readonly about: string;
  /** Its files, as the command saves them; undefined for a model that was opened. */
  readonly files: (() => ReadonlyMap<string, Uint8Array>) | undefined;
  /** The classes after each word of a text. */
  readonly read: (text: string) => Promise<readonly Prefix[]>;
}

const asHeadline = (title: string, id: number): LiveHeadline => ({
  id,
  title,
  source: 'typed',
  guid: undefined,
  link: undefined,
  published: undefined,
  seen: 0,
  category: undefined,
});

/** Makes a model of a classifier and what its texts are read with. */
export const textModel = (
  options: ClassifyLiveOptions,
  about: string,
  files?: () => ReadonlyMap<string, Uint8Array>,
): TextModel => ({
  classes: options.labelEncoder.classes,
  about,
  files,
  read: async (text) => {
    const all = wordEnds(text);
    const words = all.slice(-MOST_WORDS);
    if (words.length === 0) return [];
    const prefixes = words.map(({ end }, at) => asHeadline(text.slice(0, end), at));
    const predictions = await firstValueFrom(of(prefixes).pipe(classifyLive(options), toArray()));
    return predictions.map(({ distribution }, at) => ({
      word: `${at === 0 && all.length > words.length ? '… ' : ''}${words[at]?.word ?? ''}`,
      distribution,
    }));
  },
});

/** Opens the files of a saved model. */
export const openModel = async (files: ReadonlyMap<string, Uint8Array>): Promise<TextModel> => {
  const artifacts = await openArtifacts(files);
  const parameters = [...artifacts.weights.values()].reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
  return textModel(
    {
      model: restoreModel(artifacts),
      tokenizer: rowEncoder(artifacts),
      labelEncoder: artifacts.labelEncoder,
      text: artifacts.text,
    },
    `${artifacts.labelEncoder.size} classes, ` +
      `${artifacts.tokenizer.size} tokens, ${parameters.toLocaleString('en-GB')} parameters`,
  );
};
