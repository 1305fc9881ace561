import { from, lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { MANIFEST_FILE } from '../../../src/contracts/models/Manifest.js';
import type { LabelledBatch } from '../../../src/contracts/rows/PaddedBatch.js';
import { ARTIFACT_FILES, type Artifacts } from '../../../src/models/artifacts/Artifacts.js';
import { decodeArtifacts } from '../../../src/models/artifacts/decodeArtifacts.js';
import { encodeArtifacts } from '../../../src/models/artifacts/encodeArtifacts.js';
import { restoreClassifier } from '../../../src/models/artifacts/restoreClassifier.js';
import { restoreModel, type TextModel } from '../../../src/models/artifacts/restoreModel.js';
import { decodeSafetensors, encodeSafetensors } from '../../../src/models/artifacts/safetensors.js';
import { linearConfig } from '../../../src/models/linear/LinearConfig.js';
import { linearClassifier } from '../../../src/models/linear/linearClassifier.js';
import { wideGru } from '../../../src/models/wide/wideGru.js';
import { wideGruConfig } from '../../../src/models/wide/WideGruConfig.js';
import { padRows } from '../../../src/operators/batches/padRows.js';
import { DocumentFrequencies } from '../../../src/text/features/DocumentFrequencies.js';
import { wideFeatures } from '../../../src/text/features/wideFeatures.js';
import { LabelEncoder } from '../../../src/text/LabelEncoder.js';
import { rowEncoder } from '../../../src/text/rowEncoder.js';
import { Tokenizer } from '../../../src/text/Tokenizer.js';
import { textSteps } from '../../../src/text/TextSteps.js';
import { collectVectors } from '../../../src/text/vectors/collectVectors.js';

const texts = ['ferry returns to port', 'late goal decides final', 'port closes', 'goal in the final'];
const labels = [0, 1, 0, 1];
const tokenizer = await lastValueFrom(from(texts).pipe(Tokenizer.fit()));
const frequencies = await lastValueFrom(from(texts).pipe(DocumentFrequencies.fit({ bits: 12 })));
const features = wideFeatures(frequencies, { wordWeight: 0.5 });
const vectors = await lastValueFrom(
  from(
    ['ferry', 'harbour', 'goal', 'keeper'].map((word, i) => ({ word, values: Float32Array.of(i, 1 - i, 0.5) })),
  ).pipe(collectVectors({ source: 'made by hand' })),
);
const labelEncoder = LabelEncoder.of(['World', 'Sports']);
const common = { tokenizer, labelEncoder, text: textSteps() };

const batchOf = (encoder: ReturnType<typeof rowEncoder>, titles: readonly string[]): LabelledBatch =>
  padRows(titles.map((title, id) => ({ ...encoder.encodeText(title), id, label: labels[id] ?? 0 })));

const trained = <M extends TextModel>(model: M, encoder: ReturnType<typeof rowEncoder>): M => {
  for (let step = 0; step < 4; step++)
    model.trainBatch(batchOf(encoder, texts), { epoch: 1, step, learningRate: 0.05 });
  return model;
};

const CASES = {
  linear: (): Artifacts => {
    const model = trained(
      linearClassifier(linearConfig({ classes: 2, columns: features.columns }), { seed: 1, trainRows: 4 }),
      rowEncoder({ tokenizer, features }),
    );
    return { ...common, config: model.config, weights: model.stateDict(), features };
  },
  'wide-gru': (): Artifacts => {
    const config = wideGruConfig({
      classes: 2,
      vocabularySize: tokenizer.size,
      vectors: true,
      embeddingDim: 3,
      hiddenDim: 4,
      columns: features.columns,
    });
    const model = trained(wideGru(config, { seed: 1, vectors }), rowEncoder({ tokenizer, features, vectors }));
    return { ...common, config, weights: model.stateDict(), features, vectors };
  },
};

/** What a model that was saved and loaded makes of texts, some words of which no training has seen. */
const predictionsOf = (artifacts: Artifacts): number[] => {
  const model = restoreModel(artifacts);
  const probabilities = model.predictBatch(batchOf(rowEncoder(artifacts), ['harbour ferry', 'keeper', 'final port']));
  model.dispose();
  return Array.from(probabilities);
};

const read = (files: ReadonlyMap<string, Uint8Array>): Artifacts => {
  const decoded = decodeArtifacts(files);
  if (decoded._tag === 'Left') throw decoded.left;
  return decoded.right;
};

/** The files without the manifest, which would tell of each edit. */
const loose = (artifacts: Artifacts): Map<string, Uint8Array> => {
  const files = new Map(encodeArtifacts(artifacts));
  files.delete(MANIFEST_FILE);
  return files;
};

const refusalOf = (files: ReadonlyMap<string, Uint8Array>): string => {
  const decoded = decodeArtifacts(files);
  if (decoded._tag === 'Right') throw new Error('it was read');
  expect(decoded.left.code).toBe('HW_ARTIFACT');
  return decoded.left.message;
};

describe.each(Object.entries(CASES))('artifacts of the architecture %s', (architecture, make) => {
  it('give a model with the same predictions, bit for bit', () => {
    const artifacts = make();
    const files = encodeArtifacts(artifacts);
    const loaded = read(files);
    expect(loaded.config).toEqual(artifacts.config);
    expect(predictionsOf(loaded)).toEqual(predictionsOf(artifacts));
    expect(encodeArtifacts(loaded)).toEqual(files);
    const config = JSON.parse(new TextDecoder().decode(files.get(ARTIFACT_FILES.config))) as object;
    expect(config).toMatchObject({ formatVersion: 2, architecture });
  });

  it('are refused where features or vectors are missing, or of another size', () => {
    const artifacts = make();
    const files = loose(artifacts);
    files.delete(ARTIFACT_FILES.features);
    expect(refusalOf(files)).toContain('there is no features.safetensors');
    if (architecture !== 'wide-gru') return;
    const without = loose(artifacts);
    without.delete(ARTIFACT_FILES.vectors);
    expect(refusalOf(without)).toContain('there is no vectors.hwv');
    const cut = loose(artifacts);
    cut.set(ARTIFACT_FILES.vectors, cut.get(ARTIFACT_FILES.vectors)!.slice(0, -1));
    expect(refusalOf(cut)).toContain('cut short');
  });

  it.each([
    ['twice', [3, 3]],
    ['beyond the table', [3, 4096]],
    ['in between', [3, 3.5]],
  ])('are refused where rows are named %s', (_, [first, second]) => {
    const files = loose(make());
    const weights = decodeSafetensors(files.get(ARTIFACT_FILES.weights)!);
    if (weights._tag === 'Left') throw weights.left;
    const { data } = weights.right.weights.get('wide.rows')!;
    data.set([first!, second!]);
    files.set(ARTIFACT_FILES.weights, encodeSafetensors(weights.right.weights));
    expect(refusalOf(files)).toContain('wide.rows names the row');
  });

  it('are restored by restoreModel alone', () => {
    expect(() => restoreClassifier(make())).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});

describe('features of artifacts', () => {
  it.each([
    ['bits', '25'],
    ['documents', '-1'],
    ['cased', 'yes'],
    ['runs', 'yes'],
    ['wordWeight', '0'],
    ['unseen', 'maybe'],
  ])('are refused with %s %s', (name, value) => {
    const files = loose(CASES.linear());
    const file = decodeSafetensors(files.get(ARTIFACT_FILES.features)!);
    if (file._tag === 'Left') throw file.left;
    const metadata = new Map([...file.right.metadata, [name, value]]);
    files.set(ARTIFACT_FILES.features, encodeSafetensors(file.right.weights, metadata));
    expect(refusalOf(files)).toContain(name);
  });

  it('of an older version have no runs', () => {
    const files = loose(CASES.linear());
    const file = decodeSafetensors(files.get(ARTIFACT_FILES.features)!);
    if (file._tag === 'Left') throw file.left;
    const metadata = new Map([...file.right.metadata].filter(([name]) => name !== 'runs'));
    files.set(ARTIFACT_FILES.features, encodeSafetensors(file.right.weights, metadata));
    const read = decodeArtifacts(files);
    if (read._tag === 'Left') throw read.left;
    expect(read.right.features?.frequencies.settings.runs).toBe(false);
  });
});

it('are refused where the architecture is none', () => {
  const files = loose(CASES.linear());
  const config = { formatVersion: 2, architecture: 'square', classes: 2 };
  files.set(ARTIFACT_FILES.config, new TextEncoder().encode(JSON.stringify(config)));
  expect(refusalOf(files)).toContain('"lesson", "linear", "wide-gru" or "sum"');
});
