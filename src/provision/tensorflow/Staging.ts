import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { makeFolders } from '../../contracts/runtime/makeFolders.js';

/**
 * The folder in which a set-up is made.
 * It records each finished step, so that the next attempt continues after it.
 */
export class Staging {
  readonly folder: string;
  readonly scratch: string;
  readonly #notes: string;

  constructor(folder: string) {
    this.folder = folder;
    this.scratch = join(folder, 'scratch');
    this.#notes = join(folder, 'done');
  }

  async prepare(): Promise<void> {
    // The remains of an interrupted step cannot be used.
    await rm(this.scratch, { recursive: true, force: true });
    await makeFolders(this.scratch);
    await makeFolders(this.#notes);
  }

  /** Runs a step, unless an earlier attempt finished it with the same input `from`. */
  async once<T>(name: string, from: string, outputs: readonly string[], work: () => Promise<T>): Promise<T> {
    const note = join(this.#notes, `${name}.json`);
    const before = await readFile(note, 'utf8')
      .then((text) => JSON.parse(text) as { readonly from: string; readonly result: T })
      .catch(() => undefined);
    if (before?.from === from && outputs.every((output) => existsSync(join(this.folder, output)))) return before.result;
    for (const output of outputs) await rm(join(this.folder, output), { recursive: true, force: true });
    const result = await work();
    await writeFile(note, JSON.stringify({ from, result: result ?? null }));
    return result;
  }

  /**
   * Runs work that verifies the results of earlier steps. If it fails, the next attempt runs these steps again: a power
   * failure may have lost what they wrote.
   */
  async unlessItFails<T>(names: readonly string[], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof HeadwaterError)
        for (const name of names) await rm(join(this.#notes, `${name}.json`), { force: true });
      throw error;
    }
  }

  /** Removes the folder if no step was finished in it. */
  async discardEmpty(): Promise<void> {
    const notes = await readdir(this.#notes).catch(() => undefined);
    if (notes?.length === 0) await rm(this.folder, { recursive: true, force: true });
  }

  /** Removes the files that are not part of the set-up. */
  async tidy(): Promise<void> {
    for (const path of [this.scratch, this.#notes, join(this.folder, 'wheels')])
      await rm(path, { recursive: true, force: true });
  }
}
