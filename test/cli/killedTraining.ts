import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { random } from '../../src/contracts/random.js';
import { sampleCsv } from '../../src/streams/sample/sampleCsv.js';
import { MAIN, start } from './headwater.js';

/** A table of 800 invented headlines, of which a training makes a few dozen steps an epoch. */
export const TABLE = [...sampleCsv({ rows: 800 })].join('');

const SIZES = ['--hidden-dim', '12', '--embedding-dim', '8', '--epochs', '3', '--batch-size', '32'];

/** The trainings that are killed: the lesson's, and a linear model with a recurrent one after it. */
export const TRAININGS = {
  lesson: ['--architecture', 'lesson', '--text', 'lesson', '--fc-dim', '8', '--lr', '1e-2', ...SIZES],
  'wide-gru': ['--architecture', 'wide-gru', ...SIZES],
} as const;

/** What the command is given to train, with an event log beside the artifacts. */
export const argumentsFor = (out: string, training: readonly string[], more: readonly string[] = []): string[] => [
  'train',
  '--data',
  'table.csv',
  '--out',
  out,
  '--events',
  `${out}.jsonl`,
  '--checkpoint-every',
  '7',
  ...training,
  ...more,
];

/** All that a training leaves, by name: its event log and each file of its artifacts. */
export const leftBy = (cwd: string, out: string): ReadonlyMap<string, string> =>
  new Map([
    ['events', readFileSync(join(cwd, `${out}.jsonl`), 'base64')],
    ...readdirSync(join(cwd, out))
      .filter((name) => name !== 'current' && name !== 'generations')
      .map((name): [string, string] => [name, readFileSync(join(cwd, out, name), 'base64')]),
  ]);

/** A training that nobody kills. */
export const plainTraining = async (cwd: string, out: string, training: readonly string[]) => {
  writeFileSync(join(cwd, 'table.csv'), TABLE);
  const { status, stderr } = await start(argumentsFor(out, training), { cwd }).ended;
  if (status !== 0) throw new Error(`The training ended with ${status}: ${stderr}`);
  return leftBy(cwd, out);
};

/** How many files of checkpoints there are. */
export const checkpointsIn = (cwd: string, out: string): readonly string[] => {
  const dir = join(cwd, out, 'checkpoints');
  return existsSync(dir) ? readdirSync(dir).filter((name) => name.startsWith('checkpoint-')) : [];
};

/** Kills a training at a random moment after its first event, and again while it goes on, until it is through. */
export const killAtRandom = async (
  cwd: string,
  out: string,
  training: readonly string[],
  { seed, kills, longestMs }: { readonly seed: number; readonly kills: number; readonly longestMs: number },
) => {
  const draw = random(seed, 'shuffle');
  let killed = 0;
  for (let run = 0; ; run++) {
    const { child, ended } = start(argumentsFor(out, training, run === 0 ? [] : ['--resume']), { cwd });
    const wait = run < kills ? 300 + Math.floor(draw.uniform() * longestMs) : undefined;
    const timer = wait === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), wait);
    const { status, stderr } = await ended;
    clearTimeout(timer);
    if (status === 'SIGKILL') {
      killed += 1;
      continue;
    }
    if (status !== 0) throw new Error(`Run ${run} ended with ${status}: ${stderr}`);
    return { killed, left: leftBy(cwd, out) };
  }
};

/** Runs the command in place of a shell that was set up: `exec` is followed by the command. */
export const inShell = (cwd: string, setUp: string, args: readonly string[]) =>
  new Promise<{ readonly status: number | null; readonly stderr: string }>((resolve) => {
    const child = spawn('bash', ['-c', setUp, 'bash', process.execPath, MAIN, ...args], {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', HOME: cwd },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('close', (status) => resolve({ status, stderr }));
  });
