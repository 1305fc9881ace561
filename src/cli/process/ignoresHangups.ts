import { readFileSync } from 'node:fs';

/** Open for writing only: the value of `O_WRONLY` within the bits of `O_ACCMODE`. */
const [WRITE_ONLY, ACCESS] = [1, 3];

/**
 * Whether `nohup` started this process on a terminal, so that SIGHUP must not end it.
 *
 * Node makes the signals that `nohup` ignores take effect again. But GNU's `nohup` replaces a terminal at stdin by a
 * file that cannot be read, and Linux shows it. Elsewhere this is false.
 *
 * @see https://www.gnu.org/software/coreutils/manual/html_node/nohup-invocation.html
 */
export const ignoresHangups = (): boolean => {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync('/proc/self/fdinfo/0', 'utf8'))?.[1] ?? '0';
    return (Number.parseInt(flags, 8) & ACCESS) === WRITE_ONLY;
  } catch {
    // There is no /proc, or stdin is closed.
    return false;
  }
};
