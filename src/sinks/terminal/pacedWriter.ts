import type { Writable } from 'node:stream';
import type { Valve } from '../../contracts/flow/Valve.js';

/**
 * Writes text to a stream, and holds the valve while the stream waits for its 'drain' event.
 *
 * It does not listen for errors: the owner of the stream does.
 */
export const pacedWriter = (stream: Writable, valve: Valve): ((text: string) => void) => {
  let behind = false;
  return (text) => {
    if (stream.write(text) || behind) return;
    behind = true;
    const release = valve.hold('output');
    stream.once('drain', () => {
      behind = false;
      release();
    });
  };
};
