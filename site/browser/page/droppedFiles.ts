/** The most bytes that are read of all files together: a model with word vectors has some hundred megabytes. */
const MOST_BYTES = 1_000_000_000;

const entriesOf = (folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> =>
  new Promise((resolve, reject) => folder.createReader().readEntries(resolve, reject));

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

/**
 * The files in a folder. Those of a model are symbolic links to the files of one of its generations, and browsers leave
 * links out, so the files of the newest generation take their place.
 */
const filesIn = async (folder: FileSystemDirectoryEntry): Promise<readonly File[]> => {
  const entries = await entriesOf(folder);
  const files = await Promise.all(entries.filter(isFile).map(fileOf));
  const generations = entries.filter(isFolder).find(({ name }) => name === 'generations');
  if (generations === undefined || files.some(({ name }) => name === 'model.safetensors')) return files;
  const all = await Promise.all((await entriesOf(generations)).filter(isFolder).map(filesIn));
  const writtenAt = (of: readonly File[]): number => Math.max(...of.map(({ lastModified }) => lastModified));
  return all.filter((of) => of.length > 0).toSorted((a, b) => writtenAt(b) - writtenAt(a))[0] ?? files;
};

/** The files of a drop: those dropped, and those that lie in a folder dropped. */
const filesOf = async (items: Iterable<File | DataTransferItem>): Promise<readonly File[]> => {
  // Asked for at once: the items of a drop are gone after the first wait.
  const entries = [...items].map((item) =>
    item instanceof File ? item : (item.webkitGetAsEntry() ?? item.getAsFile()),
  );
  const found = await Promise.all(
    entries.map(async (entry) => {
      if (entry === null) return [];
      if (entry instanceof File) return [entry];
      if (isFolder(entry)) return filesIn(entry);
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
