import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { isRight } from 'fp-ts/lib/Either.js';
import { errorLine } from '../../../src/cli/process/exitStatus.js';
import { run } from '../../../src/cli/run.js';
import { loadArtifacts } from '../../../src/models/artifacts/loadArtifacts.js';
import { type DiskFault, FaultyDisk } from './FaultyDisk.js';

/** Gives the path of a file in the folder of a run. */
type At = (name: string) => string;

/** A command that runs until it is stopped. */
export interface RunningCommand {
  /** What it wrote to stdout and stderr. */
  readonly said: () => string;
  /** Whether it runs no more. */
  readonly isOver: () => boolean;
  /** Sends it SIGINT. */
  readonly stop: () => void;
}

/** A command that writes. */
export interface WritingCommand {
  readonly name: string;
  readonly args: (at: At) => readonly string[];
  /** What runs instead of the command. */
  readonly act?: (at: At) => Promise<unknown>;
  /** What others do with the command while it runs. */
  readonly drive?: (running: RunningCommand) => Promise<void>;
  /** Whether what was done before an error stays for the next run, which goes on with it. */
  readonly resumes?: boolean;
  /** The status of a run that nothing disturbs. Default: 0. */
  readonly status?: number;
  readonly input?: string;
  /** Puts what is there before into an empty folder. */
  readonly prepare: (folder: string) => void;
  /** What is the old one or the new one, whole, at every moment: folders of models, and files. */
  readonly models?: readonly string[];
  readonly files?: readonly string[];
  /** Files that grow by whole lines. */
  readonly logs?: readonly string[];
}

/** How a run ended. `killed`: it came to the step at which it ends. */
export interface EndedRun {
  readonly status: number | 'killed';
  readonly stderr: string;
}

/** The ids of models and the content of files, by their names. */
export type Outputs = Readonly<Record<string, string | undefined>>;

/** What a run does that nothing disturbs. */
export interface Undisturbed {
  readonly before: Outputs;
  readonly after: Outputs;
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

const TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

/** Names that only unfinished work has. */
const litterIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((name) => /\.tmp$|\.partial\b|(?:^|[/.])lock(?:\.|$)/.test(name));

const wholeLinesOf = (text: string): string => text.slice(0, text.lastIndexOf('\n') + 1);

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

  async #outputs({ models = [], files = [], logs = [] }: WritingCommand): Promise<Outputs> {
    const found: Record<string, string | undefined> = {};
    for (const name of models) {
      const folder = join(this.#folder, name);
      const isThere = ['current', 'manifest.json'].some((part) => existsSync(join(folder, part)));
      const loaded = isThere ? await loadArtifacts(folder)() : undefined;
      found[name] =
        loaded === undefined ? undefined : isRight(loaded) ? loaded.right.modelId : `refused: ${loaded.left.message}`;
    }
    for (const name of [...files, ...logs]) {
      const path = join(this.#folder, name);
      const bytes = existsSync(path) ? readFileSync(path) : undefined;
      // The path of the folder and the time of a label are others each time.
      found[name] = bytes?.toString('latin1').replaceAll(this.#folder, '').replaceAll(TIME, 'now');
    }
    return found;
  }

  /** Runs a command that nothing disturbs. */
  async undisturbed(command: WritingCommand, reads = false): Promise<Undisturbed> {
    this.#prepare(command);
    const before = await this.#outputs(command);
    const { status, stderr } = await this.#run(command, { at: 0, what: 'kill', reads });
    if (status !== (command.status ?? 0)) throw new Error(`${command.name} ended with ${status}: ${stderr}`);
    return { before, after: await this.#outputs(command), steps: [...this.#disk.steps] };
  }

  /** Lets a command meet a fault, looks at what is there then, and runs it once more. */
  async meet(command: WritingCommand, { before, after }: Undisturbed, fault: DiskFault): Promise<Verdict> {
    const kills = fault.what === 'kill' || fault.what === 'torn';
    const isLog = (name: string): boolean => command.logs?.includes(name) === true;
    const wrong: string[] = [];
    this.#prepare(command);
    // On a disk that takes nothing any more, litter stays, until a later process finds it.
    const removes = fault.lasting !== true || fault.what === 'ENOSPC' || fault.what === 'EDQUOT';
    const good = command.status ?? 0;
    const { status, stderr } = await this.#run(command, fault, DEAD);
    const met = this.#disk.steps[fault.at - 1] ?? '';

    for (const [name, content] of Object.entries(await this.#outputs(command))) {
      if (isLog(name)) {
        const whole = wholeLinesOf(content ?? '');
        if (after[name]?.startsWith(whole) !== true) wrong.push(`${name} has other lines`);
        if (!kills && whole !== (content ?? '')) wrong.push(`${name} ends in a part of a line`);
      } else if (content !== before[name] && content !== after[name])
        wrong.push(`${name} is neither the old nor the new one: ${content?.slice(0, 200) ?? 'missing'}`);
      if (status === good && content !== after[name])
        wrong.push(`the status is ${good}, but ${name} is not the new one`);
    }
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
    for (const [name, content] of Object.entries(await this.#outputs(command)))
      if (!isLog(name) && content !== after[name]) wrong.push(`after the next run ${name} is not the new one`);
    const left = litterIn(this.#folder);
    if (left.length > 0) wrong.push(`the next run left ${left.join(' ')}`);
    return { status, stderr, wrong };
  }
}
