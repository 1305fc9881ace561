import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** Errors of a file system, with the numbers that Linux gives them. Node has no name for some of them. */
const ERRORS = {
  ENOSPC: [-28, 'no space left on device'],
  EDQUOT: [-122, undefined],
  EIO: [-5, 'i/o error'],
  EROFS: [-30, 'read-only file system'],
  EMFILE: [-24, 'too many open files'],
  EACCES: [-13, 'permission denied'],
} as const;

export type DiskError = keyof typeof ERRORS;

/** What a step does. Some file systems on a network report a failed write only when the file is closed. */
export type StepKind = 'change' | 'read' | 'close';

/** What happens at one step of the file system. */
export interface DiskFault {
  /** The number of the step, from 1; 0 for none. */
  readonly at: number;
  /** `kill`: the process ends before the step. `torn`: it ends when half of the bytes of a write are in the file. */
  readonly what: 'kill' | 'torn' | DiskError;
  /** Whether later steps fail too, as on a disk that stays full or has been mounted read-only. Default false. */
  readonly lasting?: boolean;
  /** Which steps count. Default `change`. */
  readonly kind?: StepKind;
}

type Call = (...args: unknown[]) => unknown;
type Asked = undefined | 'torn' | 'ended' | Error;

/** Steps that need no room on a full disk. */
const FREE = new Set(['rename', 'rm', 'unlink', 'rmdir', 'ftruncate', 'utimes', 'fsync']);
const isFull = (what: DiskFault['what']): boolean => what === 'ENOSPC' || what === 'EDQUOT';

const textOf = (path: unknown): string | undefined =>
  typeof path === 'string' || path instanceof URL ? String(path) : undefined;

/** The first half of what is written; of several buffers, a half of the first. */
const half = (data: unknown): Uint8Array => {
  if (Array.isArray(data)) return half(data[0]);
  const bytes = typeof data === 'string' ? Buffer.from(data) : (data as Uint8Array);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 1);
};

const isWriting = (flags: unknown): boolean =>
  typeof flags === 'number' ? (flags & 3) !== 0 : typeof flags === 'string' && /[wa+]/.test(flags);

/** What kind of step a call with these arguments is. */
type KindOf = (args: unknown[]) => StepKind;

const changes: KindOf = () => 'change';
const reads: KindOf = () => 'read';
const closes: KindOf = () => 'close';
const opens: KindOf = ([, flags]) => (isWriting(flags) ? 'change' : 'read');

const never = (): Promise<never> => new Promise(() => undefined);

/** Thrown by a synchronous step of a process that counts as killed. */
class Killed extends Error {}

/**
 * A file system on which one step fails, or at one step of which the process ends.
 *
 * It replaces the functions of `node:fs` in this process and counts their calls. A process that ends at a step leaves
 * on the disk what the steps before it did. So a killed run need not be a process of its own: from that step on, no
 * step is done and none returns, and what was started can be forgotten. This is a hundred times as fast.
 */
export class FaultyDisk {
  /** The name and path of each step since the last `arm`. */
  readonly steps: string[] = [];
  readonly #folder: string;
  readonly #kill: () => void;
  readonly #handles = new Map<fs.promises.FileHandle, string | undefined>();
  readonly #files = new Map<number, string | undefined>();
  #fault: DiskFault = { at: 0, what: 'kill' };
  #armed = false;
  #ended = false;
  /** Above 0 within a function of Node: those that it calls are no steps. */
  #inside = 0;

  /**
   * @param folder only what is below it counts
   * @param kill called at the step at which the process ends
   */
  constructor(folder: string, kill: () => void) {
    this.#folder = folder;
    this.#kill = kill;
  }

  /** Counts steps from now on, and lets this fault happen. */
  arm(fault: DiskFault): void {
    this.steps.length = 0;
    this.#fault = fault;
    this.#armed = true;
    this.#ended = false;
  }

  /** Lets all steps succeed again. What a killed run left open is closed. */
  disarm(): void {
    this.#armed = false;
    const handles = [...this.#handles.keys()];
    this.#handles.clear();
    this.#files.clear();
    // Not awaited: a stream that never ends keeps its file open.
    if (this.#ended) for (const handle of handles) void handle.close().catch(() => undefined);
  }

  /** Whether the run has come to the step at which it ends. */
  get ended(): boolean {
    return this.#ended;
  }

  #ask(name: string, path: string | undefined, kind: StepKind): Asked {
    if (!this.#armed || this.#inside > 0 || path?.startsWith(this.#folder) !== true) return undefined;
    const { at, what, lasting = false, kind: counted = 'change' } = this.#fault;
    if (this.#ended) return kind === 'change' ? 'ended' : undefined;
    if (kind !== counted) return undefined;
    this.steps.push(`${name} ${path}`);
    const number = this.steps.length;
    if (at === 0 || number < at || (number > at && !lasting)) return undefined;
    if (what === 'torn') return 'torn';
    if (what === 'kill') {
      this.#end();
      return 'ended';
    }
    if (number > at && isFull(what) && FREE.has(name)) return undefined;
    const [errno, text] = ERRORS[what];
    const unknown = `Unknown system error ${errno}`;
    const code = text === undefined ? unknown : what;
    const error = new Error(`${code}: ${text ?? unknown}, ${name} '${path}'`);
    return Object.assign(error, { errno, code, syscall: name, path });
  }

  #end(): void {
    this.#ended = true;
    this.#kill();
  }

  /** Whether a write puts a part of its bytes into the file. A full disk takes a part of what is written. */
  #isPartial(asked: Asked): boolean {
    return asked === 'torn' || (asked instanceof Error && isFull(this.#fault.what));
  }

  #within<T>(work: () => T): T {
    this.#inside += 1;
    try {
      return work();
    } finally {
      this.#inside -= 1;
    }
  }

  #sync(name: string, step: string, kindOf: KindOf = changes): void {
    this.#replace(fs, name, (old) => (...args) => {
      const path = typeof args[0] === 'number' ? this.#files.get(args[0]) : textOf(args[0]);
      const asked = this.#ask(step, path, kindOf(args));
      return this.#within(() => {
        // The file is closed even if that reports an error.
        if (step === 'close' && asked instanceof Error) old(...args);
        if (step === 'write' && this.#isPartial(asked)) old(args[0], half(args[1]));
        if (asked === 'torn') this.#end();
        if (asked instanceof Error) throw asked;
        // What a killed process did not do is not missed by it.
        if (asked !== undefined && name !== 'openSync') return undefined;
        if (asked !== undefined) throw new Killed();
        const result = old(...args);
        if (name === 'openSync') this.#files.set(result as number, path);
        return result;
      });
    });
  }

  #promised(
    object: object,
    name: string,
    step: string,
    kindOf: KindOf = changes,
    opened: (result: unknown, path: string | undefined) => void = () => undefined,
  ): void {
    const files = this.#handles;
    const ask = this.#ask.bind(this);
    const end = this.#end.bind(this);
    const isPartial = (asked: Asked): boolean => step === 'write' && this.#isPartial(asked);
    this.#replace(object, name, (old) => {
      const replaced = async function (this: unknown, ...args: unknown[]): Promise<unknown> {
        const handle = this as fs.promises.FileHandle;
        const ofHandle = object !== fs.promises;
        const path = ofHandle ? files.get(handle) : textOf(args[0]);
        const asked = ask(step, path, kindOf(args));
        if (isPartial(asked)) {
          const part = half(args[ofHandle ? 0 : 1]);
          const data = Array.isArray(args[ofHandle ? 0 : 1]) ? [part] : part;
          await (ofHandle ? old.call(this, data) : old.call(this, args[0], data));
        }
        if (asked === 'torn') end();
        if (asked instanceof Error) throw asked;
        if (asked !== undefined) return never();
        const result = await old.apply(this, args);
        opened(result, path);
        return result;
      };
      return replaced;
    });
  }

  #called(name: string, step: string, kindOf: KindOf = changes): void {
    this.#replace(fs, name, (old) => (...args) => {
      const path = typeof args[0] === 'number' ? this.#files.get(args[0]) : textOf(args[0]);
      const done = args.at(-1) as (error: unknown, result?: unknown) => void;
      const asked = this.#ask(step, path, kindOf(args));
      if (asked === 'torn') {
        if (name === 'write') this.#within(() => fs.writeSync(args[0] as number, half(args[1])));
        this.#end();
      }
      if (step === 'close' && asked instanceof Error) return old(args[0], () => done(asked));
      if (asked instanceof Error) process.nextTick(done, asked);
      if (asked !== undefined) return undefined;
      if (name !== 'open') return old(...args);
      return old(...args.slice(0, -1), (error: unknown, file: number) => {
        if (error === null) this.#files.set(file, path);
        done(error, file);
      });
    });
  }

  #opened(handle: fs.promises.FileHandle, path: string | undefined): void {
    this.#handles.set(handle, path);
    // Each handle has a function of its own.
    const close = handle.close.bind(handle);
    handle.close = async () => {
      const asked = this.#ask('close', path, 'close');
      await close();
      if (asked instanceof Error) throw asked;
    };
  }

  #replace(object: object, name: string, wrap: (old: Call) => Call): void {
    const target = object as Record<string, Call>;
    const old = target[name];
    if (old === undefined) throw new Error(`This Node has no ${name}.`);
    target[name] = wrap(old);
  }

  /** Replaces the functions of `node:fs` for the rest of this process. */
  async install(): Promise<void> {
    const probe = await fs.promises.open(process.execPath);
    const prototype = Object.getPrototypeOf(probe) as object;
    await probe.close();

    this.#sync('openSync', 'open', opens);
    for (const name of ['write', 'writeFile', 'appendFile']) this.#sync(`${name}Sync`, 'write');
    this.#sync('fsyncSync', 'fsync');
    this.#sync('closeSync', 'close', closes);
    this.#sync('ftruncateSync', 'ftruncate');
    this.#sync('copyFileSync', 'copyFile');
    for (const name of ['readFile', 'readdir', 'stat', 'lstat']) this.#sync(`${name}Sync`, name, reads);

    this.#called('open', 'open', opens);
    for (const name of ['write', 'writev']) this.#called(name, 'write');
    this.#called('fsync', 'fsync');
    this.#called('close', 'close', closes);
    this.#called('read', 'read', reads);

    this.#promised(fs.promises, 'open', 'open', opens, (handle, path) =>
      this.#opened(handle as fs.promises.FileHandle, path),
    );
    for (const name of ['writeFile', 'appendFile']) this.#promised(fs.promises, name, 'write');
    this.#promised(fs.promises, 'copyFile', 'copyFile');
    for (const name of ['readFile', 'readdir', 'stat', 'lstat', 'readlink', 'access', 'realpath'])
      this.#promised(fs.promises, name, name, reads);
    for (const name of ['mkdir', 'rename', 'rm', 'unlink', 'rmdir', 'link', 'utimes', 'truncate']) {
      this.#sync(`${name}Sync`, name);
      this.#promised(fs.promises, name, name);
    }
    // Its first argument is not what it creates.
    const symlink = fs.promises.symlink.bind(fs.promises);
    fs.promises.symlink = async (target, path, type) => {
      const asked = this.#ask('symlink', textOf(path), 'change');
      if (asked instanceof Error) throw asked;
      if (asked === 'torn') this.#end();
      if (asked !== undefined) return never();
      return symlink(target, path, type);
    };

    for (const name of ['write', 'writev', 'writeFile', 'appendFile']) this.#promised(prototype, name, 'write');
    for (const name of ['sync', 'datasync']) this.#promised(prototype, name, 'fsync');
    this.#promised(prototype, 'truncate', 'ftruncate');
    for (const name of ['read', 'readFile', 'stat']) this.#promised(prototype, name, name, reads);
    syncBuiltinESMExports();
  }
}
