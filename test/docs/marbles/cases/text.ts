import { firstValueFrom, map, of } from 'rxjs';
import { DocumentFrequencies } from '../../../../src/text/features/DocumentFrequencies.js';
import { LabelEncoder } from '../../../../src/text/LabelEncoder.js';
import { SeenTexts } from '../../../../src/text/SeenTexts.js';
import { Tokenizer } from '../../../../src/text/Tokenizer.js';
import { collectVectors } from '../../../../src/text/vectors/collectVectors.js';
import { vectorCoverage } from '../../../../src/text/vectors/vectorCoverage.js';
import type { Case } from './Case.js';
import { letters } from './letters.js';

const vectors = await firstValueFrom(of({ word: 'a', values: Float32Array.of(1) }).pipe(collectVectors()));

/** How the diagrams of what is learnt from texts are run, by the files that they stand in. */
export const TEXT: Readonly<Record<string, Case>> = {
  LabelEncoder: ({ play }) => ({ encoder$: play('labels$').pipe(LabelEncoder.fit(), letters('e')) }),
  Tokenizer: ({ play }) => ({ tokenizer$: play('texts$').pipe(Tokenizer.fit(), letters('t')) }),
  SeenTexts: ({ play }) => ({
    seen$: play('texts$').pipe(
      SeenTexts.fit(),
      map(({ size }) => (size === 2 ? 's' : '?')),
    ),
  }),
  DocumentFrequencies: ({ play }) => ({
    frequencies$: play('texts$').pipe(
      DocumentFrequencies.fit(),
      map(({ documents }) => (documents === 2 ? 'f' : '?')),
    ),
  }),
  collectVectors: ({ play }) => {
    const words = { a: { word: 'a', values: Float32Array.of(1) }, b: { word: 'b', values: Float32Array.of(2) } };
    return {
      vectors$: play('words$', words).pipe(
        collectVectors(),
        map(({ size }) => (size === 2 ? 'v' : '?')),
      ),
      limited$: play('words$', words).pipe(
        collectVectors({ limit: 1 }),
        map(({ origin }) => (origin.cut ? 'v' : '?')),
      ),
    };
  },
  vectorCoverage: ({ play }) => ({
    coverage$: play('texts$').pipe(vectorCoverage(vectors), letters('c')),
  }),
};
