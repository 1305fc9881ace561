import { untar } from './untar.js';

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

/** Files that lie in one folder. Its name is empty for files that were dropped by themselves. */
interface Group {
  readonly folder: string;
  readonly files: readonly File[];
}

const isModel = ({ files }: Group): boolean => files.some(({ name }) => name === WEIGHTS);

/** A folder; or those of the folders in it that hold models, if it holds none itself. */
const groupsIn = async (folder: FileSystemDirectoryEntry): Promise<readonly Group[]> => {
  const own = { folder: folder.name, files: await filesIn(folder) };
  if (isModel(own)) return [own];
  const inner = (await entriesOf(folder)).filter(isFolder).filter(({ name }) => name !== 'generations');
  const models = (
    await Promise.all(inner.map(async (each) => ({ folder: each.name, files: await filesIn(each) })))
  ).filter(isModel);
  return models.length > 0 ? models : [own];
};

const ARCHIVE = /\.(tar|tar\.gz|tgz)$/i;

/** The folders in an archive, such as the one in which this page saves a model. */
const groupsOfArchive = async (archive: File): Promise<readonly Group[]> => {
  const tar = /gz$/i.test(archive.name)
    ? await new Response(archive.stream().pipeThrough(new DecompressionStream('gzip'))).blob()
    : archive;
  const folders = new Map<string, File[]>();
  for (const [path, contents] of await untar(tar)) {
    const [, folder = '', name = ''] = /^(.*?)([^/]*)$/s.exec(path) ?? [];
    folders.set(folder, [...(folders.get(folder) ?? []), new File([contents], name)]);
  }
  const models = [...folders].map(([folder, files]) => ({ folder, files })).filter(isModel);
  return models.length > 0 ? models : [{ folder: '', files: [archive] }];
};

/** The folders of a drop: those dropped or packed, and one of the files that are dropped by themselves. */
const groupsOf = async (items: Iterable<File | DataTransferItem>): Promise<readonly Group[]> => {
  // Asked for at once: the items of a drop are gone after the first wait.
  const entries = [...items].map((item) =>
    item instanceof File ? item : (item.webkitGetAsEntry() ?? item.getAsFile()),
  );
  const single: File[] = [];
  const found = await Promise.all(
    entries.map(async (entry) => {
      if (entry === null) return [];
      if (!(entry instanceof File) && isFolder(entry)) return groupsIn(entry);
      if (!(entry instanceof File) && !isFile(entry)) return [];
      const file = entry instanceof File ? entry : await fileOf(entry);
      if (ARCHIVE.test(file.name)) return groupsOfArchive(file);
      single.push(file);
      return [];
    }),
  );
  return [{ folder: '', files: single }, ...found.flat()];
};

const SHOWN_NAMES = 3;

/** What is wrong with files that are not those of a model. */
const notAModel = (files: readonly File[]): string => {
  const names = files.slice(0, SHOWN_NAMES).map(({ name }) => name);
  const which =
    files.length > SHOWN_NAMES ? `${names.join(', ')} and ${files.length - SHOWN_NAMES} more` : names.join(', ');
  return (
    `There is no ${WEIGHTS} among the files${which === '' ? '' : ` (${which})`}. Drop the folder that ` +
    'headwater train --out has written, or a tar archive of it. If the model is in a zip file, unpack that first.'
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
    const names = models.slice(0, SHOWN_NAMES).map(({ folder }) => folder.replace(/\/$/, '') || 'single files');
    const more = models.length > SHOWN_NAMES ? ` and ${models.length - SHOWN_NAMES} more` : '';
    throw new Error(`There are ${models.length} models: ${names.join(', ')}${more}. Drop one of them.`);
  }
  const { files } = model;
  if (files.reduce((sum, { size }) => sum + size, 0) > MOST_BYTES) throw new Error('The files have more than 1 GB.');
  return new Map(
    await Promise.all(files.map(async (file) => [file.name, new Uint8Array(await file.arrayBuffer())] as const)),
  );
};
