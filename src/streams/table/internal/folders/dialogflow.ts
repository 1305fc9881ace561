import { join } from 'node:path';
import { isObject } from '../../../internal/isObject.js';
import { parseJson } from '../../parseJson.js';

/** The examples of an intent: `Book_table_usersays_en.json`. */
const EXAMPLES = /^(.+)_usersays_[\w-]+\.json$/;

/** The folder of an exported agent that has its intents; undefined if the folder is no such export. */
export const intentsFolder = (
  path: string,
  folders: readonly string[],
  files: readonly string[],
): string | undefined => {
  if (files.includes('agent.json') && folders.includes('intents')) return join(path, 'intents');
  return files.some((file) => EXAMPLES.test(file)) ? path : undefined;
};

/** The name of the intent whose examples a file has; undefined for another file. */
export const intentOf = (file: string): string | undefined => EXAMPLES.exec(file)?.[1];

/** The texts of a file of examples. A text has several parts if it mentions entities. */
export const examplesOf = (content: string): readonly string[] => {
  const examples: unknown = parseJson(content);
  return (Array.isArray(examples) ? examples : []).flatMap((example: unknown) => {
    const parts: unknown = isObject(example) ? example['data'] : undefined;
    if (!Array.isArray(parts)) return [];
    return [
      parts.map((part: unknown) => (isObject(part) && typeof part['text'] === 'string' ? part['text'] : '')).join(''),
    ];
  });
};
