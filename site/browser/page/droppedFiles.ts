import { isArchive, modelsInArchive } from './modelsInArchive.js';

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

/** A file that was dropped, or that is in an archive. */
interface Found {
  readonly name: string;
  readonly size: number;
  readonly read: () => Promise<Blob>;
}

/** Files that lie in one folder. Its name is empty for files that were dropped by themselves. */
interface Group {
  readonly folder: string;
  readonly files: readonly Found[];
}

const asFound = (file: File): Found => ({ name: file.name, size: file.size, read: () => Promise.resolve(file) });

const isModel = ({ files }: Group): boolean => files.some(({ name }) => name === WEIGHTS);

const groupOf = async (folder: FileSystemDirectoryEntry): Promise<Group> => ({
  folder: folder.name,
  files: (await filesIn(folder)).map(asFound),
});

/** A folder; or those of the folders in it that hold models, if it holds none itself. */
const groupsIn = async (folder: FileSystemDirectoryEntry): Promise<readonly Group[]> => {
  const own = await groupOf(folder);
  if (isModel(own)) return [own];
  const inner = (await entriesOf(folder)).filter(isFolder).filter(({ name }) => name !== 'generations');
  const models = (await Promise.all(inner.map(groupOf))).filter(isModel);
  return models.length > 0 ? models : [own];
};

/** The folders in an archive, such as the one in which this page saves a model. */
const groupsOfArchive = async (archive: File): Promise<readonly Group[]> => {
  try {
    const models = await modelsInArchive(archive, WEIGHTS, MOST_BYTES);
    return models.length === 0
      ? [{ folder: '', files: [asFound(archive)] }]
      : models.map(({ folder, files }) => ({
          folder: folder.replace(/\/$/, ''),
          files: [...files].map(([name, { size, read }]) => ({ name, size, read })),
        }));
  } catch (error) {
    throw notUnpacked(archive.name, error);
  }
};

const notUnpacked = (name: string, error: unknown): Error =>
  new Error(`${name} was not unpacked: ${error instanceof Error ? error.message : String(error)}`, { cause: error });

/** The folders of a drop: those dropped or packed, and one of the files that are dropped by themselves. */
const groupsOf = async (items: Iterable<File | DataTransferItem>): Promise<readonly Group[]> => {
  // Asked for at once: the items of a drop are gone after the first wait.
  const entries = [...items].map((item) =>
    item instanceof File ? item : (item.webkitGetAsEntry() ?? item.getAsFile()),
  );
  const single: Found[] = [];
  const found = await Promise.all(
    entries.map(async (entry) => {
      if (entry === null) return [];
      if (!(entry instanceof File) && isFolder(entry)) return groupsIn(entry);
      if (!(entry instanceof File) && !isFile(entry)) return [];
      const file = entry instanceof File ? entry : await fileOf(entry);
      if (isArchive(file)) return groupsOfArchive(file);
      single.push(asFound(file));
      return [];
    }),
  );
  return [{ folder: '', files: single }, ...found.flat()];
};

const SHOWN_NAMES = 3;

/** What files are for that are not those of a model, by the endings of their names. */
const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/\.m?js$/i, 'A module of headwater bundle is for programs, which import it; its model cannot be opened from it.'],
  [/\.(csv|tsv|jsonl?|parquet|arff)$/i, 'A model is trained on a table by the command: headwater train --data.'],
  [/\.(rar|7z|gz|xz|zst|bz2)$/i, 'An archive of this kind cannot be read here: unpack it first.'],
];

/** What is wrong with files that are not those of a model. */
const notAModel = (files: readonly Found[]): string => {
  const names = files.slice(0, SHOWN_NAMES).map(({ name }) => name);
  const which =
    files.length > SHOWN_NAMES ? `${names.join(', ')} and ${files.length - SHOWN_NAMES} more` : names.join(', ');
  const [, hint] = OTHERS.find(([ending]) => files.length === 1 && ending.test(files[0]?.name ?? '')) ?? [];
  return (
    `There is no ${WEIGHTS} among the files${which === '' ? '' : ` (${which})`}. ${hint === undefined ? '' : `${hint} `}` +
    'Drop the folder that headwater train --out has written, or a tar or zip archive of it.'
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
  const groups = await groupsOf(items);
  const models = groups.filter(isModel);
  const [model] = models;
  if (model === undefined) throw new Error(notAModel(groups.flatMap(({ files }) => files)));
  if (models.length > 1) {
    const names = models.slice(0, SHOWN_NAMES).map(({ folder }) => folder || 'single files');
    const more = models.length > SHOWN_NAMES ? ` and ${models.length - SHOWN_NAMES} more` : '';
    throw new Error(`There are ${models.length} models: ${names.join(', ')}${more}. Drop one of them.`);
  }
  const { files } = model;
  if (files.reduce((sum, { size }) => sum + size, 0) > MOST_BYTES) throw new Error('The files have more than 1 GB.');
  return new Map(
    await Promise.all(
      files.map(async ({ name, read }) => {
        try {
          return [name, new Uint8Array(await (await read()).arrayBuffer())] as const;
        } catch (error) {
          throw notUnpacked(name, error);
        }
      }),
    ),
  );
};
