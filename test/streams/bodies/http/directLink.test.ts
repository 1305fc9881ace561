import { expect, it } from 'vitest';
import { directLink } from '../../../../src/streams/bodies/http/directLink.js';

const SHEET = 'https://docs.google.com/spreadsheets/d/1a-B_c';
const DRIVE = 'https://drive.usercontent.google.com/download?id=1a-B_c&export=download&confirm=t';

it.each<readonly [page: string, file: string | undefined]>([
  [
    'https://github.com/a/b/blob/main/data/news.csv?raw=no#L3',
    'https://raw.githubusercontent.com/a/b/main/data/news.csv',
  ],
  ['https://gist.github.com/a/0123', 'https://gist.github.com/a/0123/raw'],
  ['https://gitlab.com/a/b/c/-/blob/main/t.csv', 'https://gitlab.com/a/b/c/-/raw/main/t.csv'],
  ['https://bitbucket.org/a/b/src/main/t.csv', 'https://bitbucket.org/a/b/raw/main/t.csv'],
  ['https://huggingface.co/datasets/a/b/blob/main/t.csv', 'https://huggingface.co/datasets/a/b/resolve/main/t.csv'],
  ['https://huggingface.co/datasets/a/b', 'https://huggingface.co/api/datasets/a/b/parquet/default/train/0.parquet'],
  ['https://huggingface.co/datasets/a/', 'https://huggingface.co/api/datasets/a/parquet/default/train/0.parquet'],
  [`${SHEET}/edit?usp=sharing`, `${SHEET}/export?format=csv`],
  [`${SHEET}/edit#gid=77`, `${SHEET}/export?format=csv&gid=77`],
  [`${SHEET}/export?format=csv`, undefined],
  ['https://drive.google.com/file/d/1a-B_c/view?usp=sharing', DRIVE],
  ['https://drive.google.com/open?id=1a-B_c', DRIVE],
  ['https://www.dropbox.com/s/x/t.csv?dl=0', 'https://www.dropbox.com/s/x/t.csv?dl=1'],
  ['https://www.dropbox.com/s/x/t.csv?dl=1', undefined],
  ['https://example.org/t.csv', undefined],
  ['data/t.csv', undefined],
])('finds the file of %s', (page, file) => {
  expect(directLink(page)).toBe(file);
});
