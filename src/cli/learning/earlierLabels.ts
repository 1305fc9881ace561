import { LastLabels } from '../../contracts/live/LastLabels.js';
import type { Label } from '../../server/generations/Label.js';
import { eachLabel } from '../../server/labels/eachLabel.js';

/** The labels in a file that a session continues. */
export interface EarlierLabels {
  /** The titles of all labels. Nobody needs to be asked about them again. */
  readonly titles: ReadonlySet<string>;
  /** The last labels of headlines that were given with this model. Its saved files do not include them. */
  readonly learnt: readonly Label[];
}

/** Reads the labels that were given earlier, with this model or with others. */
export const earlierLabels = async (path: string, model: string): Promise<EarlierLabels> => {
  const titles = new Set<string>();
  const labels = new LastLabels<Label>();
  for await (const label of eachLabel(path)) {
    titles.add(label.title);
    if (label.model === model) labels.add(label, label);
    else labels.correct(label);
  }
  return { titles, learnt: [...labels.values()] };
};
