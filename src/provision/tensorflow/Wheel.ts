import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Entry, ZipFile } from 'yauzl';
import { messageOf } from '../../contracts/messageOf.js';
import { codeOf } from '../../contracts/codeOf.js';
import type { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { openZip, zipEntries, zipStream } from '../../contracts/runtime/zipFile.js';
import { makeFolders } from '../../contracts/runtime/makeFolders.js';
import { setupError } from '../host/setupError.js';

/** The entry of a file in the wheel's RECORD. */
interface Recorded {
  readonly sha256: string;
  readonly size: number;
}

const damaged = (path: string, how: string, cause?: unknown): HeadwaterError =>
  setupError(
    `The wheel ${path} is damaged: ${how.replace(/\.$/, '')}.`,
    'Download it again: run the same command again, without --wheel if you named a file.',
    cause,
  );

/** A line of RECORD: a path, the hash in URL-safe base64 without padding, and the size. */
const RECORD_LINE = /^"?(.+?)"?,sha256=([\w-]+),(\d+)$/;

/**
 * A Python wheel: a zip file with a list of the hashes of its files. Everything that is read from it is verified
 * against this list.
 */
export class Wheel {
  readonly path: string;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;
  #records: ReadonlyMap<string, Recorded> = new Map();

  private constructor(path: string, zip: ZipFile, entries: readonly Entry[]) {
    this.path = path;
    this.#zip = zip;
    this.#entries = new Map(entries.map((entry) => [entry.fileName, entry]));
  }

  /**
   * Opens a wheel.
   *
   * @throws HeadwaterError `HW_SETUP` if it is not a zip file, or has no list of its files
   */
  static async open(path: string): Promise<Wheel> {
    const refuse = (error: unknown): never => {
      throw damaged(path, messageOf(error), error);
    };
    const zip = await openZip(path).catch(refuse);
    try {
      const wheel = new Wheel(path, zip, await zipEntries(zip).catch(refuse));
      const list = wheel.names().find((name) => /^[^/]+\.dist-info\/RECORD$/.test(name));
      if (list === undefined) throw damaged(path, 'it has no list of its files (RECORD)');
      const lines = (await wheel.#bytes(list)).toString('utf8').split(/\r?\n/);
      wheel.#records = new Map(
        lines.flatMap((line) => {
          const [, name, sha256, size] = RECORD_LINE.exec(line) ?? [];
          return name === undefined || sha256 === undefined ? [] : [[name, { sha256, size: Number(size) }] as const];
        }),
      );
      return wheel;
    } catch (error) {
      zip.close();
      throw error;
    }
  }

  /** The paths of all its files. */
  names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** The unpacked size of a file. Bytes. */
  sizeOf(name: string): number {
    return this.#entries.get(name)?.uncompressedSize ?? 0;
  }

  /** The name, the version and the requirements in its metadata. */
  async metadata(): Promise<{ readonly name: string; readonly version: string; readonly requires: readonly string[] }> {
    const file = this.names().find((name) => /^[^/]+\.dist-info\/METADATA$/.test(name));
    const text = file === undefined ? '' : (await this.read(file)).toString('utf8');
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.+)$`, 'm').exec(text)?.[1]?.trim();
    const [name, version] = [field('Name'), field('Version')];
    if (name === undefined || version === undefined) throw damaged(this.path, 'it does not say what it is (METADATA)');
    return {
      name: name.toLowerCase().replaceAll(/[-_.]+/g, '-'),
      version,
      requires: [...text.matchAll(/^Requires-Dist: (.+)$/gm)].map(([, requirement = '']) => requirement.trim()),
    };
  }

  /** The verified bytes of a small file. */
  async read(name: string): Promise<Buffer> {
    const bytes = await this.#bytes(name);
    this.#check(name, createHash('sha256').update(bytes).digest('base64url'), bytes.length);
    return bytes;
  }

  /**
   * Unpacks a file and verifies the written bytes.
   *
   * @param onBytes called with the size of each written chunk
   */
  async extract(name: string, to: string, signal: AbortSignal, onBytes: (bytes: number) => void): Promise<void> {
    await makeFolders(dirname(to));
    const hash = createHash('sha256');
    let size = 0;
    const tap = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        hash.update(chunk);
        size += chunk.length;
        onBytes(chunk.length);
        yield chunk;
      }
    };
    try {
      await pipeline(await this.#stream(name), tap, createWriteStream(to), { signal });
    } catch (error) {
      if (signal.aborted || ['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS'].includes(String(codeOf(error)))) throw error;
      throw damaged(this.path, `${name} in it cannot be unpacked (${messageOf(error)})`, error);
    }
    this.#check(name, hash.digest('base64url'), size);
  }

  close(): void {
    this.#zip.close();
  }

  async #stream(name: string): Promise<Readable> {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw damaged(this.path, `${name} is missing in it`);
    return zipStream(this.#zip, entry);
  }

  async #bytes(name: string): Promise<Buffer> {
    try {
      return await buffer(await this.#stream(name));
    } catch (error) {
      throw damaged(this.path, `${name} in it cannot be unpacked (${messageOf(error)})`, error);
    }
  }

  #check(name: string, sha256: string, size: number): void {
    const expected = this.#records.get(name);
    if (expected === undefined) throw damaged(this.path, `its list of files does not name ${name}`);
    if (expected.sha256 !== sha256 || expected.size !== size)
      throw damaged(this.path, `${name} in it is not what its own list says`);
  }
}
