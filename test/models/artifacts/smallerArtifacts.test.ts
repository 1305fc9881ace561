import { lastValueFrom, of } from 'rxjs';
import { expect, it } from 'vitest';
import { encodeArtifacts } from '../../../src/models/artifacts/encodeArtifacts.js';
import { restoreModel } from '../../../src/models/artifacts/restoreModel.js';
import { smallerArtifacts } from '../../../src/models/artifacts/smallerArtifacts.js';
import { linearClassifier } from '../../../src/models/linear/linearClassifier.js';
import { linearConfig } from '../../../src/models/linear/LinearConfig.js';
import { sumClassifier } from '../../../src/models/sum/sumClassifier.js';
import { wideGru } from '../../../src/models/wide/wideGru.js';
import { wideGruConfig } from '../../../src/models/wide/WideGruConfig.js';
import { DocumentFrequencies } from '../../../src/text/features/DocumentFrequencies.js';
import { wideFeatures } from '../../../src/text/features/wideFeatures.js';
import { LabelEncoder } from '../../../src/text/LabelEncoder.js';
import { Tokenizer } from '../../../src/text/Tokenizer.js';

const TEXTS = ['ferry returns to the port', 'ferry wins the cup', 'ferry ferry late goal'];
const tokenizer = await lastValueFrom(of(...TEXTS).pipe(Tokenizer.fit()));
const features = wideFeatures(await lastValueFrom(of(...TEXTS).pipe(DocumentFrequencies.fit({ bits: 10 }))));
const labelEncoder = LabelEncoder.of(['Sports', 'World']);
const linear = linearConfig({ classes: 2, columns: features.columns });
const sum = () =>
  sumClassifier({
    network: wideGru(wideGruConfig({ classes: 2, vocabularySize: tokenizer.size, hiddenDim: 4, embeddingDim: 4 }), {
      seed: 1,
    }),
    linear: linearClassifier(linear, { trainRows: 3, seed: 1 }),
    networkWeight: 0.5,
    linearWeight: 0.5,
  });

it('leaves the linear part of a sum, and the first words of a network', () => {
  const model = sum();
  const whole = { config: model.config, weights: model.stateDict(), tokenizer, features, labelEncoder };
  model.dispose();

  const part = smallerArtifacts(whole, { linear: true });
  expect(part.config).toEqual(linear);
  expect([...part.weights.keys()].every((key) => !key.startsWith('network'))).toBe(true);
  restoreModel(part).dispose();

  const fewer = smallerArtifacts(whole, { words: 2 });
  expect(fewer.tokenizer.tokens).toEqual(['<PAD>', '<UNK>', 'ferry', 'the']);
  expect(fewer.config).toMatchObject({ network: { vocabularySize: 4 } });
  expect(encodeArtifacts(fewer).get('model.safetensors')?.length).toBeLessThan(
    encodeArtifacts(whole).get('model.safetensors')?.length ?? 0,
  );
  restoreModel(fewer).dispose();

  expect(smallerArtifacts(whole, { words: 1000 })).toBe(whole);
  expect(() => smallerArtifacts(whole, { words: 0 })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  expect(() => smallerArtifacts({ ...whole, config: model.config.network }, { linear: true })).toThrow(
    'no linear part',
  );
});
