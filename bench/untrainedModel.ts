import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { classifier, classifierConfig, encodeArtifacts, writeFiles } from 'headwater';
import { newsCsv } from './sources.js';
import { readWorkload } from './workload.js';

/** The lesson's GRU for the news, and its saved folder. The weights are not trained, which does not change the time. */
export const untrainedModel = async (name: string) => {
  const { rows, tokenizer, labelEncoder } = await readWorkload(newsCsv());
  const config = classifierConfig({ cell: 'gru', vocabularySize: tokenizer.size, classes: labelEncoder.size });
  const model = classifier(config, { seed: 1 });
  const folder = mkdtempSync(join(tmpdir(), `headwater-${name}-`));
  const written = await writeFiles(
    folder,
    encodeArtifacts({ config, weights: model.stateDict(), tokenizer, labelEncoder }),
  )();
  if (written._tag === 'Left') throw written.left;
  return { rows, tokenizer, labelEncoder, model, folder };
};
