import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe } from 'vitest';
import { MAIN } from './headwater.js';

const hasTmux = spawnSync('tmux', ['-V']).status === 0;

/** `describe` where there is tmux; elsewhere a skipped suite whose name says so. */
export const describeInTmux = (name: string, body: () => void): void => {
  describe.skipIf(!hasTmux)(`${name}${hasTmux ? '' : ' [skipped: tmux is not installed]'}`, body);
};

/** A terminal of 100 columns and 40 rows that the command is run in. */
export interface TmuxTerminal {
  /** Runs the command in a terminal of its own, which stays when it has ended; its exit status goes to a file. */
  readonly open: (args: readonly string[], env?: Readonly<Record<string, string>>) => void;
  /** Opens a shell with job control, where commands are typed; `headwater` is the command there. */
  readonly shell: () => void;
  /** What is to be seen; with `-e` the escapes of its colours too. */
  readonly screen: (...more: readonly string[]) => string;
  /** Looks at the screen until it is as wanted. */
  readonly until: (wanted: RegExp | ((seen: string) => boolean)) => Promise<string>;
  /** Waits until the command has ended, and gives its exit status. */
  readonly ended: () => Promise<number>;
  /** Presses keys, by tmux's names for them. */
  readonly press: (...keys: readonly string[]) => void;
  readonly resize: (columns: number, rows: number) => void;
  /** Closes the terminal under the command. */
  readonly close: () => void;
}

// A server of each test's own, which no other tmux of the machine's user meets, nor one that is still about to end.
let servers = 0;

/** Gives each test of the suite that it is called in a terminal of its own, in a folder. */
export const tmuxTerminal = (cwd: string): TmuxTerminal => {
  let socket: string;
  beforeEach(() => {
    servers += 1;
    socket = join(cwd, `tmux-${servers}`);
    writeFileSync(join(cwd, 'status'), '');
  });
  afterEach(() => {
    spawnSync('tmux', ['-S', socket, 'kill-server']);
  });

  const tmux = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync('tmux', ['-S', socket, ...args], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`tmux ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const session = (command: string): string =>
    tmux('-f', '/dev/null', 'new-session', '-d', '-x', '100', '-y', '40', '-c', cwd, command);
  const screen = (...more: readonly string[]): string => tmux('capture-pane', '-p', ...more).trimEnd();

  return {
    open: (args, env = {}) => {
      const variables = Object.entries({
        PATH: process.env['PATH'] ?? '',
        HOME: cwd,
        LANG: 'C.UTF-8',
        TERM: 'screen-256color',
        ...env,
      }).map(([name, value]) => `${name}='${value}'`);
      // The shell outlives its terminal, and writes the status of a command that does not.
      const command =
        `trap : HUP; env -i ${variables.join(' ')} '${process.execPath}' '${MAIN}' ` +
        `${args.join(' ')}; status=$?; echo '-- ended'; echo $status > status; exec cat`;
      session(command);
    },
    shell: () => {
      const command =
        `env -i PATH='${process.env['PATH'] ?? ''}' HOME='${cwd}' LANG=C.UTF-8 ` +
        "TERM=screen-256color PS1='$ ' bash --norc --noprofile -i";
      session(command);
      tmux('send-keys', `headwater() { '${process.execPath}' '${MAIN}' "$@"; }`, 'Enter');
    },
    screen,
    until: async (wanted) => {
      for (let looks = 0; looks < 400; looks++) {
        const seen = screen();
        if (typeof wanted === 'function' ? wanted(seen) : wanted.test(seen)) return seen;
        await setTimeout(50);
      }
      throw new Error(`${String(wanted)} did not come on the screen:\n${screen()}`);
    },
    ended: async () => {
      for (let looks = 0; looks < 400; looks++) {
        const status = readFileSync(join(cwd, 'status'), 'utf8');
        if (status.endsWith('\n')) return Number(status);
        await setTimeout(50);
      }
      throw new Error(`It did not end:\n${screen()}`);
    },
    press: (...keys) => void tmux('send-keys', ...keys),
    resize: (columns, rows) => void tmux('resize-window', '-x', String(columns), '-y', String(rows)),
    close: () => void tmux('kill-session'),
  };
};
