import { EventEmitter } from 'node:events';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { errorLine } from '../../../src/cli/process/exitStatus.js';
import { run } from '../../../src/cli/run.js';
import { type DiskFault, FaultyDisk, type StepKind } from './FaultyDisk.js';
import { litterIn, outputsOf, type UndisturbedOutputs, wrongAfterFault, wrongAfterNext } from './outputs.js';
import type { At, WritingCommand } from './WritingCommand.js';

/** How a run ended. `killed`: it came to the step at which it ends. */
export interface EndedRun {
  readonly status: number | 'killed';
  readonly stderr: string;
}

/** What a run does that nothing disturbs. */
export interface Undisturbed extends UndisturbedOutputs {
  readonly steps: readonly string[];
}

/** What came of a fault; `wrong` is empty if everything is as promised. */
export interface Verdict {
  readonly status: EndedRun['status'];
  readonly stderr: string;
  readonly wrong: readonly string[];
}

/** A process id that no process of Linux has. */
const DEAD = 2 ** 22 + 1;

/** Runs commands in this process, on a disk of which one step fails. */
export class FaultyRuns {
  readonly #root: string;
  readonly #disk: FaultyDisk;
  #folder = '';
  #folders = 0;
  #killed: () => void = () => undefined;

  private constructor(folder: string) {
    this.#root = folder;
    this.#disk = new FaultyDisk(folder, () => this.#killed());
  }

  /** @param folder the inputs of the commands are there, and the folders of their runs */
  static async open(folder: string): Promise<FaultyRuns> {
    const runs = new FaultyRuns(folder);
    await runs.#disk.install();
    return runs;
  }

  async #run({ args, act, drive, input = '' }: WritingCommand, fault: DiskFault, pid = process.pid): Promise<EndedRun> {
    const stdin = new PassThrough();
    const signals = new EventEmitter();
    let stderr = '';
    let said = '';
    let isOver = false;
    stdin.end(input);
    const output = (take: (text: string) => void): PassThrough => {
      const stream = new PassThrough();
      stream.setEncoding('utf8').on('data', take);
      return stream;
    };
    const killed = new Promise<'killed'>((resolve) => (this.#killed = () => resolve('killed')));
    const own = process.pid;
    Object.defineProperty(process, 'pid', { value: pid, configurable: true });
    this.#disk.arm(fault);
    try {
      const at: At = (name) => join(this.#folder, name);
      const fail = (error: unknown): number => {
        stderr += `${errorLine(error)}\n`;
        return 1;
      };
      const ended =
        act?.(at).then(() => 0, fail) ??
        run(args(at), {
          stdin,
          stdout: output((text) => (said += text)),
          stderr: output((text) => {
            stderr += text;
            said += text;
          }),
          env: {
            HOME: this.#folder,
            XDG_CACHE_HOME: join(this.#folder, 'cache'),
            HEADWATER_TENSORFLOW_DIR: join(this.#folder, 'nothing'),
          },
          on: (signal, listener) => signals.on(signal, listener),
          off: (signal, listener) => signals.off(signal, listener),
        });
      void drive?.({ said: () => said, isOver: () => isOver, stop: () => void signals.emit('SIGINT') });
      const status = await Promise.race([ended, killed]);
      isOver = true;
      if (status === 'killed') {
        // What is left of it is ended, so that no timer of it goes on.
        for (let i = 0; i < 3; i++) {
          signals.emit('SIGINT');
          await turn();
        }
      }
      await turn();
      return { status, stderr };
    } finally {
      this.#disk.disarm();
      Object.defineProperty(process, 'pid', { value: own, configurable: true });
    }
  }

  #nextFolder(): string {
    return join(this.#root, String((this.#folders += 1)));
  }

  #prepare(command: WritingCommand): void {
    if (this.#folder !== '') rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = this.#nextFolder();
    mkdirSync(this.#folder, { recursive: true });
    command.prepare(this.#folder);
  }

  /** Gives the folder another path, because this process still waits for what a killed run was doing at the old one. */
  #move(): void {
    const to = this.#nextFolder();
    renameSync(this.#folder, to);
    this.#folder = to;
  }

  /** Runs a command that nothing disturbs. */
  async undisturbed(command: WritingCommand, kind: StepKind = 'change'): Promise<Undisturbed> {
    this.#prepare(command);
    const before = await outputsOf(this.#folder, command);
    const { status, stderr } = await this.#run(command, { at: 0, what: 'kill', kind });
    if (status !== (command.status ?? 0)) throw new Error(`${command.name} ended with ${status}: ${stderr}`);
    return { before, after: await outputsOf(this.#folder, command), steps: [...this.#disk.steps] };
  }

  /** Lets a command meet a fault, looks at what is there then, and runs it once more. */
  async meet(command: WritingCommand, plain: Undisturbed, fault: DiskFault): Promise<Verdict> {
    const kills = fault.what === 'kill' || fault.what === 'torn';
    this.#prepare(command);
    // On a disk that takes nothing any more, litter stays, until a later process finds it.
    const removes = fault.lasting !== true || fault.what === 'ENOSPC' || fault.what === 'EDQUOT';
    const good = command.status ?? 0;
    const { status, stderr } = await this.#run(command, fault, DEAD);
    const met = this.#disk.steps[fault.at - 1] ?? '';

    const ended = { killed: kills, succeeded: status === good };
    const wrong = [...wrongAfterFault(command, plain, await outputsOf(this.#folder, command), ended)];
    const lines = stderr.split('\n').filter((line) => line.startsWith('headwater: '));
    if (/unexpected error|please report|\n {4}at /.test(stderr)) wrong.push(`unexpected: ${stderr.slice(-2000)}`);
    if (!kills && status !== good && !/\[HW_[A-Z_]+\]$/.test(lines.at(-1) ?? ''))
      wrong.push(`no error line: ${stderr}`);
    if (!kills && status !== good && !(lines.at(-1) ?? '').includes(this.#root))
      wrong.push(`no path: ${lines.at(-1) ?? ''}`);
    // What cannot be removed stays until a later process removes it.
    const isRemoved = removes && !/^(?:rm|unlink|rmdir) /.test(met);
    if (!kills && isRemoved && command.resumes !== true && litterIn(this.#folder).length > 0)
      wrong.push(`litter: ${litterIn(this.#folder).join(' ')}`);

    this.#move();
    const again = await this.#run(command, { at: 0, what: 'kill' });
    if (again.status !== good) wrong.push(`the next run ended with ${again.status}: ${again.stderr}`);
    wrong.push(...(await wrongAfterNext(this.#folder, command, plain)));
    return { status, stderr, wrong };
  }
}
