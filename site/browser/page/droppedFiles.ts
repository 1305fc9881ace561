/** The most bytes that are read of all files together: a model with word vectors has some hundred megabytes. */
const MOST_BYTES = 1_000_000_000;

const entriesOf = (folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> =>
  new Promise((resolve, reject) => folder.createReader().readEntries(resolve, reject));

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

/** The files of a drop: those dropped, and those that lie in a folder dropped. */
const filesOf = async (items: Iterable<File | DataTransferItem>): Promise<readonly File[]> => {
  // Asked for at once: the items of a drop are gone after the first wait.
  const entries = [...items].map((item) => (item instanceof File ? item : item.webkitGetAsEntry()));
  const found = await Promise.all(
    entries.map(async (entry) => {
      if (entry === null) return [];
      if (entry instanceof File) return [entry];
      if (isFolder(entry)) return Promise.all((await entriesOf(entry)).filter(isFile).map(fileOf));
      return isFile(entry) ? [await fileOf(entry)] : [];
    }),
  );
  return found.flat();
};

/** The contents of dropped or chosen files, by their names. */
export const droppedFiles = async (
  items: Iterable<File | DataTransferItem>,
): Promise<ReadonlyMap<string, Uint8Array>> => {
  const files = await filesOf(items);
  if (files.reduce((sum, { size }) => sum + size, 0) > MOST_BYTES) throw new Error('The files have more than 1 GB.');
  return new Map(
    await Promise.all(files.map(async (file) => [file.name, new Uint8Array(await file.arrayBuffer())] as const)),
  );
};
