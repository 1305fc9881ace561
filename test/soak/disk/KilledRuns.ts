import { spawn } from 'node:child_process';
import { type FSWatcher, mkdirSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import { MAIN } from '../../cli/headwater.js';
import { outputsOf, type UndisturbedOutputs, wrongAfterFault, wrongAfterNext } from './outputs.js';
import type { At, WritingCommand } from './WritingCommand.js';

/** When a run is killed: after a time, or after so many changes in its folder. */
export interface KillMoment {
  readonly afterMs: number;
  readonly afterChanges: number;
}

/** What a run does that nothing disturbs, and how long it takes. */
export interface UndisturbedRun extends UndisturbedOutputs {
  readonly ms: number;
  readonly changes: number;
}

/** What came of a kill; `wrong` is empty if everything is as promised. */
export interface Killed {
  /** False if the run ended before it was killed. */
  readonly killed: boolean;
  readonly wrong: readonly string[];
}

interface EndedProcess {
  readonly status: number | NodeJS.Signals | null;
  readonly stderr: string;
  readonly changes: number;
}

/** Runs the built command in process groups of their own, and kills whole groups. */
export class KilledRuns {
  readonly #root: string;
  #folder = '';
  #folders = 0;

  /** @param folder a folder that holds nothing else; the folders of the runs are made in it */
  constructor(folder: string) {
    this.#root = folder;
  }

  #run({ args, drive, input = '' }: WritingCommand, moment?: KillMoment): Promise<EndedProcess> {
    const folder = this.#folder;
    const at: At = (name) => join(folder, name);
    const child = spawn(process.execPath, [MAIN, ...args(at)], {
      detached: true,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: folder,
        LANG: 'C.UTF-8',
        XDG_CACHE_HOME: at('cache'),
        HEADWATER_TENSORFLOW_DIR: at('nothing'),
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let [stderr, said, isOver, changes] = ['', '', false, 0];
    const kill = (): void => {
      if (isOver || child.pid === undefined) return;
      isOver = true;
      process.kill(-child.pid, 'SIGKILL');
    };
    const watcher: FSWatcher = watch(folder, { recursive: true }, () => {
      changes += 1;
      if (changes >= (moment?.afterChanges ?? Infinity)) kill();
    });
    // A file may be gone when the watcher looks at it.
    watcher.on('error', () => undefined);
    const timer = moment === undefined ? undefined : setTimeout(kill, moment.afterMs);
    child.stdout.on('data', (text: Buffer) => (said += text.toString()));
    child.stderr.on('data', (text: Buffer) => {
      stderr += text.toString();
      said += text.toString();
    });
    // A killed process takes no more input.
    child.stdin.on('error', () => undefined).end(input);
    void drive?.({ said: () => said, isOver: () => isOver, stop: () => child.kill('SIGINT') });
    return new Promise((resolve, reject) => {
      child.once('error', reject).once('exit', () => (isOver = true));
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        watcher.close();
        resolve({ status: code ?? signal, stderr, changes });
      });
    });
  }

  #prepare(command: WritingCommand): void {
    if (this.#folder !== '') rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = join(this.#root, String((this.#folders += 1)));
    mkdirSync(this.#folder, { recursive: true });
    command.prepare(this.#folder);
  }

  /** Runs a command that nothing disturbs. */
  async undisturbed(command: WritingCommand): Promise<UndisturbedRun> {
    this.#prepare(command);
    const before = await outputsOf(this.#folder, command);
    const began = performance.now();
    const { status, stderr, changes } = await this.#run(command);
    const ms = performance.now() - began;
    if (status !== (command.status ?? 0)) throw new Error(`${command.name} ended with ${status}: ${stderr}`);
    return { before, after: await outputsOf(this.#folder, command), ms, changes };
  }

  /** Kills a run, looks at what is there then, and runs the command once more. */
  async kill(command: WritingCommand, plain: UndisturbedOutputs, moment: KillMoment): Promise<Killed> {
    this.#prepare(command);
    const good = command.status ?? 0;
    const { status } = await this.#run(command, moment);
    const killed = status === 'SIGKILL';
    const ended = { killed, succeeded: status === good };
    const wrong = [...wrongAfterFault(command, plain, await outputsOf(this.#folder, command), ended)];
    const again = await this.#run(command);
    if (again.status !== good) wrong.push(`the next run ended with ${again.status}: ${again.stderr}`);
    wrong.push(...(await wrongAfterNext(this.#folder, command, plain)));
    return { killed, wrong };
  }
}
