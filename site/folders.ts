import { join, resolve } from 'node:path';

/** The project's root. */
export const root = resolve(import.meta.dirname, '..');

/** The pages as they are handed to VitePress. Git ignores the folder. */
export const pagesFolder = join(root, '.headwater/site/pages');

/** The list of pages of the reference, which is known when they are made. */
export const navigationFile = join(root, '.headwater/site/navigation.json');

/** The site as it can be put on any server of files. Git ignores the folder. */
export const siteFolder = join(root, 'site/dist');
