/** A file in an archive. */
export interface PackedFile {
  /** Its path in the archive, with `/` between folders. */
  readonly path: string;
  /** Its size when it is unpacked, as the archive says. */
  readonly size: number;
  /** When it was written, in milliseconds. */
  readonly writtenAt: number;
  /** Unpacks it. It rejects if the archive is damaged there. */
  readonly read: () => Promise<Blob>;
}

/** What is in an archive. */
export interface Packed {
  readonly files: readonly PackedFile[];
  /** The targets of symbolic links, by the paths of the links. */
  readonly links: ReadonlyMap<string, string>;
}
