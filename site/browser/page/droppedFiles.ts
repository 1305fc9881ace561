/** The most bytes that are read of all files together: a model with word vectors has some hundred megabytes. */
const MOST_BYTES = 1_000_000_000;

/** The file that every model has. */
const WEIGHTS = 'model.safetensors';

/** All entries of a folder. A browser gives them in parts, of which the last is empty. */
const entriesOf = async (folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> => {
  const reader = folder.createReader();
  const next = (): Promise<readonly FileSystemEntry[]> =>
    new Promise((resolve, reject) => reader.readEntries(resolve, reject));
  const entries: FileSystemEntry[] = [];
  for (let part = await next(); part.length > 0; part = await next()) entries.push(...part);
  return entries;
};

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
  if (generations === undefined || files.some(({ name }) => name === WEIGHTS)) return files;
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

const SHOWN_NAMES = 3;

/** What is wrong with files that are not those of a model. */
const notAModel = (files: readonly File[]): string => {
  const names = files.slice(0, SHOWN_NAMES).map(({ name }) => name);
  const which =
    files.length > SHOWN_NAMES ? `${names.join(', ')} and ${files.length - SHOWN_NAMES} more` : names.join(', ');
  return (
    `There is no ${WEIGHTS} among the files${which === '' ? '' : ` (${which})`}. Drop the folder that ` +
    'headwater train --out has written. If the model is in a zip file, unpack that first.'
  );
};

/**
 * The contents of a model's files that are dropped or chosen, by their names.
 *
 * Rejects for other files before it reads any of them.
 */
export const droppedFiles = async (
  items: Iterable<File | DataTransferItem>,
): Promise<ReadonlyMap<string, Uint8Array>> => {
  const files = await filesOf(items);
  if (!files.some(({ name }) => name === WEIGHTS)) throw new Error(notAModel(files));
  if (files.reduce((sum, { size }) => sum + size, 0) > MOST_BYTES) throw new Error('The files have more than 1 GB.');
  return new Map(
    await Promise.all(files.map(async (file) => [file.name, new Uint8Array(await file.arrayBuffer())] as const)),
  );
};
