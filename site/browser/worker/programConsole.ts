import type { Line } from '../protocol.js';
import { formatValue } from './formatValue.js';

/** The console of a program: it prints on the page. What it has no line for goes to the console of the browser. */
export const programConsole = (add: (line: Line) => void): Console => {
  const print =
    (level: Line['level']) =>
    (...values: readonly unknown[]): void =>
      add({ level, text: values.map((value) => formatValue(value)).join(' ') });
  const [log, error] = [print('log'), print('error')];
  const own: Partial<Console> = {
    log,
    info: log,
    debug: log,
    dir: (value: unknown) => log(value),
    table: (value: unknown) => log(value),
    warn: error,
    error,
    trace: error,
    assert: (condition: unknown, ...values: readonly unknown[]) => {
      if (!condition) error('Assertion failed:', ...values);
    },
  };
  return Object.assign(Object.create(globalThis.console) as Console, own);
};
