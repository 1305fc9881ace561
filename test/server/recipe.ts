import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** A recipe of docs/serve.md, by the language of its fence. */
export const recipe = (language: string): string => {
  const text = readFileSync(resolve(import.meta.dirname, '../../docs/serve.md'), 'utf8');
  const found = new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(text)?.[1];
  if (found === undefined) throw new Error(`docs/serve.md has no ${language}.`);
  return found;
};
