import type { Packed, PackedFile } from './Packed.js';
import { unpacked } from './unpacked.js';
import { untar } from './untar.js';
import { unzip } from './unzip.js';

/** The most files that are read of an archive. */
const MOST_FILES = 10_000;

const ARCHIVE = /\.(tar|tar\.gz|tgz|zip)$/i;

/** Whether a file is an archive that can be read, by its name. */
export const isArchive = ({ name }: File): boolean => ARCHIVE.test(name);

/** A folder in an archive: its path, which is empty or ends with `/`, and its files by name. */
export interface PackedFolder {
  readonly folder: string;
  readonly files: ReadonlyMap<string, PackedFile>;
}

/** What an archive contains, whatever its kind. */
const contentsOf = async (archive: File, mostBytes: number): Promise<Packed> => {
  if (/zip$/i.test(archive.name)) return unzip(archive, MOST_FILES);
  return untar(/gz$/i.test(archive.name) ? await unpacked(archive, 'gzip', mostBytes) : archive, MOST_FILES);
};

const foldersOf = (files: readonly PackedFile[]): readonly PackedFolder[] => {
  const folders = new Map<string, Map<string, PackedFile>>();
  for (const file of files) {
    const [, folder = '', name = ''] = /^(.*\/)?([^/]*)$/s.exec(file.path.replace(/^(?:\.\/)+/, '')) ?? [];
    folders.set(folder, (folders.get(folder) ?? new Map<string, PackedFile>()).set(name, file));
  }
  return [...folders].map(([folder, own]) => ({ folder, files: own }));
};

/** The folder that a generation of a model is in; undefined for any other folder. */
const modelOf = (folder: string): string | undefined => /^(|.*\/)(?:generations\/[^/]+|current)\/$/s.exec(folder)?.[1];

/**
 * The folders of models in an archive. The files of a saved model are links to those of its generations. An archive has
 * the links, or a copy of the file in place of each, so the generations count only where the model has no files: then
 * it is the one that `current` leads to, or else the newest one.
 *
 * @param weights the name of the file that every model has
 * @param mostBytes the most bytes of the unpacked archive
 */
export const modelsInArchive = async (
  archive: File,
  weights: string,
  mostBytes: number,
): Promise<readonly PackedFolder[]> => {
  const { files, links } = await contentsOf(archive, mostBytes);
  const models = foldersOf(files).filter((folder) => folder.files.has(weights));
  const own = new Map(
    models.filter(({ folder }) => modelOf(folder) === undefined).map((model) => [model.folder, model]),
  );
  const current = new Map([...links].map(([path, target]) => [`${path.replace(/^(?:\.\/)+/, '')}/`, target]));
  const writtenAt = (model: PackedFolder): number => model.files.get(weights)?.writtenAt ?? 0;
  const isCurrent = ({ folder }: PackedFolder, parent: string): boolean =>
    folder === `${parent}${current.get(`${parent}current/`) ?? 'current'}/`;
  const chosen = new Map<string, PackedFolder>();
  for (const generation of models) {
    const parent = modelOf(generation.folder);
    if (parent === undefined || own.has(parent)) continue;
    const before = chosen.get(parent);
    if (
      before === undefined ||
      isCurrent(generation, parent) ||
      (!isCurrent(before, parent) && writtenAt(generation) > writtenAt(before))
    )
      chosen.set(parent, generation);
  }
  return [...own.values(), ...[...chosen].map(([folder, generation]) => ({ folder, files: generation.files }))];
};
