import { type Profiler, Session } from 'node:inspector';

/** Characters of scripts. */
export type Places = ReadonlyMap<string, readonly number[]>;

/**
 * Tells which code of `src` ran for the first time, by the block counters of V8.
 *
 * Inputs that reach new code are worth mutating again: this makes the fuzzing guided by coverage without a package that
 * would have to be compiled for each machine.
 */
export class NewCode {
  readonly #session = new Session();
  /** For each script, the characters that have run. */
  readonly #covered = new Map<string, Uint8Array>();

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** The code that ran since the last call and never before; undefined where there is none. */
  take(): Places | undefined {
    const fresh = new Map<string, number[]>();
    for (const [script, ran] of this.#ranSinceLast()) {
      const covered = this.#grown(script, ran.length);
      const places: number[] = [];
      for (let at = 0; at < ran.length; at++)
        if (ran[at] === 1 && covered[at] !== 1) {
          covered[at] = 1;
          places.push(at);
        }
      if (places.length > 0) fresh.set(script, places);
    }
    return fresh.size === 0 ? undefined : fresh;
  }

  /** Whether any of these places ran since the last call. */
  ranAny(places: Places): boolean {
    for (const [script, ran] of this.#ranSinceLast())
      if (places.get(script)?.some((at) => ran[at] === 1) === true) return true;
    return false;
  }

  /** For each script of `src`, the characters that ran since the last call. */
  *#ranSinceLast(): Generator<readonly [string, Uint8Array]> {
    const scripts: Profiler.ScriptCoverage[] = [];
    // A session of the same thread answers before `post` returns.
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error !== null) throw error;
      scripts.push(...result);
    });
    for (const { scriptId, url, functions } of scripts) {
      if (!url.includes('/src/') || url.includes('node_modules')) continue;
      const ran = new Uint8Array(Math.max(0, ...functions.map(({ ranges }) => ranges[0]?.endOffset ?? 0)));
      // Inner functions and blocks follow the outer ones.
      for (const { ranges } of functions)
        for (const { startOffset, endOffset, count } of ranges) ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
      yield [`${scriptId} ${url}`, ran];
    }
  }

  /** What is known of a script, with room for so many characters. */
  #grown(script: string, length: number): Uint8Array {
    const known = this.#covered.get(script);
    if (known !== undefined && known.length >= length) return known;
    const grown = new Uint8Array(length);
    grown.set(known ?? []);
    this.#covered.set(script, grown);
    return grown;
  }

  end(): void {
    this.#session.post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
  }
}
