import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { type Finished, howItEnded } from '../host/runCommand.js';
import { lastLine, setupError } from '../host/setupError.js';
import type { Step } from '../host/Step.js';

/** The result of a trial. */
export const Trial = t.type({
  /** The version that the library reports. */
  libtensorflow: t.string,
  device: t.union([t.literal('cpu'), t.literal('gpu')]),
});
export type Trial = t.TypeOf<typeof Trial>;

/** Why a library did not load, and what to do. */
const reasonOf = (ended: Finished | undefined): readonly [string, string] => {
  const said = ended?.stderr ?? '';
  if (/GLIBC(XX)?_[\d.]+' not found/.test(said))
    return ['the system is older than what it was made for', 'Take an older version (--version), or a newer system.'];
  if (/wrong ELF class|invalid ELF header|Exec format/.test(said))
    return ['it is for another processor', 'Remove it, and run headwater setup tensorflow on this machine.'];
  if (ended?.signal === 'SIGILL' || /Illegal instruction|AVX/.test(said))
    return ['the processor lacks instructions that it uses', 'Use --backend headwater.'];
  const reason = /(?:Error: |headwater: )(.+)/.exec(said)?.[1] ?? lastLine(said);
  return [
    reason === '' ? `it ends the process that loads it (${howItEnded(ended)})` : reason,
    'Run headwater setup tensorflow again; if it stays so, use --backend headwater.',
  ];
};

/**
 * Loads a set-up in a separate process and computes one product with it. An incompatible library can crash the process
 * that loads it.
 *
 * @param script the program of the trial; its argument is the folder of the set-up, and it writes a {@link Trial} as
 *   JSON
 */
export const tryBinding = async (folder: string, script: string, { run, signal }: Step): Promise<Trial> => {
  const ended = await run(process.execPath, [script, folder], { signal });
  const output = ended?.stdout.trim().split('\n').at(-1) ?? '';
  let json: unknown;
  try {
    json = JSON.parse(output);
  } catch {
    json = undefined;
  }
  const decoded = Trial.decode(json);
  if (ended?.status === 0 && !isLeft(decoded)) return decoded.right;
  const [reason, remedy] = reasonOf(ended);
  throw setupError(`The set-up of libtensorflow does not compute here: ${reason}.`, remedy);
};
