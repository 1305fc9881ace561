/**
 * Trains a classifier, saves and loads it in memory, and classifies, with the entries that do no I/O. Node, Deno, Bun
 * and, bundled, a browser run it.
 */
import { from, lastValueFrom, toArray } from 'rxjs';
import { classifier, classifierConfig, encodeArtifacts, loadArtifacts, restoreClassifier } from 'headwater/models';
import { classifyLive, dedupe, microBatch, padRows } from 'headwater/operators';
import { backendVariant, registerBackend } from 'headwater/ops';
import { LabelEncoder, preprocessText, Tokenizer } from 'headwater/text';

const TEXTS = ['rain falls on the river', 'the team wins a late goal', 'snow on the river', 'a goal for the team'];
const LABELS = [1, 0, 1, 0];

/** So many rows that the kernels share them among threads. */
const ROWS = 256;

const headline = (title, id) => ({
  id,
  title,
  source: 'here',
  guid: undefined,
  link: undefined,
  published: undefined,
  seen: 0,
  category: undefined,
});

/** @returns what came of it; it rejects where something fails */
export const trainAndClassify = async (threads) => {
  registerBackend({ threads });
  const texts = TEXTS.map((text) => preprocessText(text));
  const tokenizer = await lastValueFrom(from(texts).pipe(Tokenizer.fit()));
  const labelEncoder = LabelEncoder.of(['Sports', 'Weather']);
  const config = classifierConfig({
    cell: 'gru',
    vocabularySize: tokenizer.size,
    classes: labelEncoder.size,
    embeddingDim: 16,
    hiddenDim: 32,
    dropout: 0,
  });
  const rows = Array.from({ length: ROWS }, (_, id) => ({
    id,
    tokens: Int32Array.from(tokenizer.encode(texts[id % texts.length])),
    label: LABELS[id % texts.length],
  }));
  const batch = padRows(rows, tokenizer.padIndex);
  const model = classifier(config, { seed: 1 });
  const losses = [];
  for (let step = 0; step < 30; step++) {
    losses.push(model.trainBatch(batch, { epoch: 1, step, learningRate: 1e-2 }).loss);
    // In a browser, a worker begins only when the page has its turn.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const files = encodeArtifacts({ config, weights: model.stateDict(), tokenizer, labelEncoder });
  model.dispose();

  const loaded = await loadArtifacts(files)();
  if (loaded._tag === 'Left') throw loaded.left;
  const restored = restoreClassifier(loaded.right);
  const predictions = await lastValueFrom(
    from(['A goal for the team!', 'Rain on the river', 'Rain on the river'].map(headline)).pipe(
      dedupe(),
      microBatch({ maxSize: 8, maxWaitMs: 1 }),
      classifyLive({ model: restored, tokenizer: loaded.right.tokenizer, labelEncoder: loaded.right.labelEncoder }),
      toArray(),
    ),
  );
  restored.dispose();
  const { simd, threads: used } = backendVariant();
  return {
    learned: losses.at(-1) < losses[0] / 2,
    losses: [losses[0], losses.at(-1)],
    categories: predictions.map(({ category }) => category),
    simd,
    threads: used,
  };
};
