import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isRight } from 'fp-ts/lib/Either.js';
import { loadArtifacts } from '../../../src/models/artifacts/loadArtifacts.js';
import type { WritingCommand } from './WritingCommand.js';

/** The ids of models and the content of files, by their names. */
export type Outputs = Readonly<Record<string, string | undefined>>;

/** The outputs of a command before and after a run that nothing disturbs. */
export interface UndisturbedOutputs {
  readonly before: Outputs;
  readonly after: Outputs;
}

const TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

/** Names that only unfinished work has. */
export const litterIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((name) => /\.tmp$|\.partial\b|(?:^|[/.])lock(?:\.|$)/.test(name));

const wholeLinesOf = (text: string): string => text.slice(0, text.lastIndexOf('\n') + 1);

/** What a command has left in the folder of its run. */
export const outputsOf = async (
  folder: string,
  { models = [], files = [], logs = [] }: WritingCommand,
): Promise<Outputs> => {
  const found: Record<string, string | undefined> = {};
  for (const name of models) {
    const model = join(folder, name);
    const isThere = ['current', 'manifest.json'].some((part) => existsSync(join(model, part)));
    const loaded = isThere ? await loadArtifacts(model)() : undefined;
    found[name] =
      loaded === undefined ? undefined : isRight(loaded) ? loaded.right.modelId : `refused: ${loaded.left.message}`;
  }
  for (const name of [...files, ...logs]) {
    const path = join(folder, name);
    const bytes = existsSync(path) ? readFileSync(path) : undefined;
    // The path of the folder and the time of a label are others each time.
    found[name] = bytes?.toString('latin1').replaceAll(folder, '').replaceAll(TIME, 'now');
  }
  return found;
};

/**
 * What is wrong with the outputs after a run that was disturbed: each model or file must be the old or the new one, and
 * each log a beginning of the new one, in whole lines unless the run was killed.
 */
export const wrongAfterFault = (
  { logs = [] }: WritingCommand,
  { before, after }: UndisturbedOutputs,
  outputs: Outputs,
  { killed, succeeded }: { readonly killed: boolean; readonly succeeded: boolean },
): readonly string[] => {
  const wrong: string[] = [];
  for (const [name, content] of Object.entries(outputs)) {
    if (logs.includes(name)) {
      const whole = wholeLinesOf(content ?? '');
      if (after[name]?.startsWith(whole) !== true) wrong.push(`${name} has other lines`);
      if (!killed && whole !== (content ?? '')) wrong.push(`${name} ends in a part of a line`);
    } else if (content !== before[name] && content !== after[name])
      wrong.push(`${name} is neither the old nor the new one: ${content?.slice(0, 200) ?? 'missing'}`);
    if (succeeded && content !== after[name]) wrong.push(`the run succeeded, but ${name} is not the new one`);
  }
  return wrong;
};

/** What is wrong in the folder of a run after the next run, which nothing disturbed. */
export const wrongAfterNext = async (
  folder: string,
  command: WritingCommand,
  { after }: UndisturbedOutputs,
): Promise<readonly string[]> => {
  const others = Object.entries(await outputsOf(folder, command))
    // What the first run has added to a log stays there.
    .filter(([name, content]) => command.logs?.includes(name) !== true && content !== after[name])
    .map(([name]) => `after the next run ${name} is not the new one`);
  const left = litterIn(folder);
  return left.length === 0 ? others : [...others, `the next run left ${left.join(' ')}`];
};
