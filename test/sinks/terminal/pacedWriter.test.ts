import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { pacedWriter } from '../../../src/sinks/terminal/pacedWriter.js';
import { valve } from '../../../src/streams/valve.js';

it('holds the valve while the reader is behind, once, and writes what still comes', () => {
  const taken: string[] = [];
  let proceed: () => void = () => undefined;
  const stream = new Writable({
    highWaterMark: 4,
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      taken.push(chunk);
      proceed = done;
    },
  });
  const brake = valve();
  const write = pacedWriter(stream, brake);
  write('one');
  expect(brake.isOpen).toBe(true);
  write('two');
  write('three');
  expect(brake.isOpen).toBe(false);
  expect(stream.listenerCount('drain')).toBe(1);
  proceed();
  proceed();
  expect(brake.isOpen).toBe(false);
  proceed();
  return new Promise<void>((resolve) => {
    setImmediate(() => {
      expect(taken).toEqual(['one', 'two', 'three']);
      expect(brake.isOpen).toBe(true);
      write('a long one');
      expect(brake.isOpen).toBe(false);
      resolve();
    });
  });
});
