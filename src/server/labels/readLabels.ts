import { checkText } from '../../contracts/checkArgument.js';
import { LastLabels } from '../../contracts/live/LastLabels.js';
import type { Label } from '../generations/Label.js';
import { eachLabel } from './eachLabel.js';

/** The maximum number of labels that are read: the last ones. */
const MOST = 10_000;

/**
 * Reads the labels in a file of `labelFile` that were given while one model was in use. The saved files of that model
 * do not include them. Of the labels for one headline, only the last one counts. Invalid lines are skipped. If the file
 * does not exist, there are no labels.
 *
 * @param path the file
 * @param model the id of the model
 * @returns at most the last 10,000
 * @throws HeadwaterError `HW_PATH` if the file cannot be read
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { readLabels } from 'headwater';
 * const past = await readLabels('labels.jsonl', '4f0c1d2e3a5b6978'); // for serveModel({ learn: { past }, … })
 * ```
 */
export const readLabels = async (path: string, model: string): Promise<readonly Label[]> => {
  checkText('readLabels', 'path', path, 'the path of a file');

  const labels = new LastLabels<Label>();
  for await (const label of eachLabel(path)) {
    // A label that was given while another model was in use may correct one of this model.
    if (label.model !== model) labels.correct(label);
    else labels.add(label, label);
    if (labels.size > MOST) labels.shift();
  }
  return [...labels.values()];
};
