import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { discard, temporaryName } from '../../contracts/runtime/temporaries.js';
import { makeFolders } from '../../contracts/runtime/makeFolders.js';
import { cacheFolder } from '../../provision/files/cacheFolder.js';

/** A backend that was chosen. */
const Choice = t.readonly(
  t.type({
    name: t.union([t.literal('headwater'), t.literal('tensorflow'), t.literal('webgpu')]),
    why: t.string,
    date: t.string,
  }),
);
export type Choice = t.TypeOf<typeof Choice>;

const Choices = t.type({ format: t.literal(1), choices: t.record(t.string, Choice) });

const fileOf = (env: NodeJS.ProcessEnv): string => join(cacheFolder(env), 'backend.json');

const read = async (file: string): Promise<Readonly<Record<string, Choice>>> => {
  try {
    const decoded = Choices.decode(JSON.parse(await readFile(file, 'utf8')));
    return isLeft(decoded) ? {} : decoded.right.choices;
  } catch {
    // The file does not exist or cannot be read. It is written again.
    return {};
  }
};

/** The earlier choice for the same machine, versions and size; undefined if there is none. */
export const recall = async (key: string, env: NodeJS.ProcessEnv): Promise<Choice | undefined> => {
  const choices = await read(fileOf(env));
  return Object.hasOwn(choices, key) ? choices[key] : undefined;
};

/** Stores a choice. If this fails, the choice is made again the next time. */
export const remember = async (key: string, choice: Choice, env: NodeJS.ProcessEnv): Promise<void> => {
  const file = fileOf(env);
  const temporary = join(dirname(file), temporaryName());
  try {
    const choices = { ...(await read(file)), [key]: choice };
    await makeFolders(dirname(file));
    await writeFile(temporary, `${JSON.stringify({ format: 1, choices }, null, 2)}\n`);
    await rename(temporary, file);
  } catch {
    // An unwritable cache does not prevent the computation.
    await discard(temporary);
  }
};
