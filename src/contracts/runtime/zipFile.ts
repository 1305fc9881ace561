import type { Readable } from 'node:stream';
import type { Entry, ZipFile } from 'yauzl';

/** Opens a zip archive on disk. It stays open until `close()` is called. */
export const openZip = async (path: string): Promise<ZipFile> => {
  // Loaded here, because few runs read an archive.
  const { open } = await import('yauzl');
  return new Promise((resolve, reject) => {
    open(path, { lazyEntries: true, autoClose: false }, (error, zip) =>
      error === null ? resolve(zip) : reject(error),
    );
  });
};

/**
 * The entries of an archive, in its order.
 *
 * @param most the largest number of entries that are kept; the others are only checked
 */
export const zipEntries = (zip: ZipFile, most = Infinity): Promise<readonly Entry[]> =>
  new Promise((resolve, reject) => {
    const entries: Entry[] = [];
    zip.on('entry', (entry: Entry) => {
      if (entries.length < most) entries.push(entry);
      zip.readEntry();
    });
    zip.once('end', () => resolve(entries)).once('error', reject);
    zip.readEntry();
  });

/** The unpacked bytes of an entry. */
export const zipStream = (zip: ZipFile, entry: Entry): Promise<Readable> =>
  new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error === null ? resolve(stream) : reject(error)));
  });
