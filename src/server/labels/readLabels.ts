import { codeOf } from '../../contracts/codeOf.js';
import { checkText } from '../../contracts/checkArgument.js';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { isRight } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { LastLabels } from '../../contracts/live/LastLabels.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { parseJson } from '../answers/decodeHeadlines.js';
import type { Label } from '../generations/Label.js';

const LabelJson = t.intersection([
  t.type({ title: t.string, category: t.string, labelled: t.string, predicted: t.string, model: t.string }),
  t.partial({ guid: t.union([t.string, t.undefined]) }),
]);

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
  const file = createReadStream(path);
  try {
    for await (const line of createInterface({ input: file, crlfDelay: Infinity })) {
      const label = LabelJson.decode(parseJson(line));
      if (!isRight(label)) continue;
      // A label that was given while another model was in use may correct one of this model.
      if (label.right.model === model) labels.add(label.right, label.right);
      else labels.correct(label.right);
      if (labels.size > MOST) labels.shift();
    }
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return [];
    throw new HeadwaterError('HW_PATH', `The labels in ${path} cannot be read. Check that it is a file.`, {
      where: path,
      cause,
    });
  } finally {
    file.destroy();
  }
  return [...labels.values()];
};
