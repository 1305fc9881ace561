import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { isRight } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { codeOf } from '../../contracts/codeOf.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { parseJson } from '../answers/decodeHeadlines.js';
import type { Label } from '../generations/Label.js';

const LabelJson = t.intersection([
  t.type({ title: t.string, category: t.string, labelled: t.string, predicted: t.string, model: t.string }),
  t.partial({ guid: t.union([t.string, t.undefined]) }),
]);

/**
 * Emits the labels in a file of `labelFile`, line by line. Invalid lines are skipped. If the file does not exist, there
 * are no labels.
 *
 * @throws HeadwaterError `HW_PATH` if the file cannot be read
 */
export async function* eachLabel(path: string): AsyncGenerator<Label> {
  const file = createReadStream(path);
  try {
    for await (const line of createInterface({ input: file, crlfDelay: Infinity })) {
      const label = LabelJson.decode(parseJson(line));
      if (isRight(label)) yield label.right;
    }
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return;
    throw new HeadwaterError('HW_PATH', `The labels in ${path} cannot be read. Check that it is a file.`, {
      where: path,
      cause,
    });
  } finally {
    file.destroy();
  }
}
