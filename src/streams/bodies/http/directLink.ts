import { parsedUrl } from '../../../contracts/runtime/parsedUrl.js';

/** The link of a file for the link of a page: the pattern of the page's address, and the address of the file. */
const PAGES: readonly (readonly [page: RegExp, file: string])[] = [
  [/^https?:\/\/github\.com\/([^/]+\/[^/]+)\/blob\/(.+)$/, 'https://raw.githubusercontent.com/$1/$2'],
  [/^(https?:\/\/gist\.github\.com\/[^/]+\/[^/]+)$/, '$1/raw'],
  [/^(https?:\/\/gitlab\.com\/.+)\/-\/blob\/(.+)$/, '$1/-/raw/$2'],
  [/^(https?:\/\/bitbucket\.org\/[^/]+\/[^/]+)\/src\/(.+)$/, '$1/raw/$2'],
  [/^(https?:\/\/huggingface\.co\/.+)\/blob\/(.+)$/, '$1/resolve/$2'],
  [
    /^https?:\/\/huggingface\.co\/datasets\/([^/]+\/[^/]+|[^/]+)$/,
    'https://huggingface.co/api/datasets/$1/parquet/default/train/0.parquet',
  ],
  [
    /^https?:\/\/drive\.google\.com\/file\/d\/([\w-]+)(?:\/.*)?$/,
    'https://drive.usercontent.google.com/download?id=$1&export=download&confirm=t',
  ],
];

const SHEET = /^https?:\/\/docs\.google\.com\/spreadsheets\/d\/([\w-]+)(?![\w-])(?!\/(?:export|pub)\b)/;
const DRIVE_ID = /^https?:\/\/drive\.google\.com\/(?:open|uc)$/;

/**
 * The address of the file that a page of a well-known service shows; undefined for other addresses. People copy the
 * address of the page, which answers with HTML.
 *
 * @param address the address that was asked for
 */
export const directLink = (address: string): string | undefined => {
  const url = parsedUrl(address);
  if (url === undefined) return undefined;
  const page = `${url.origin}${url.pathname}`.replace(/\/$/, '');
  const sheet = SHEET.exec(page)?.[1];
  if (sheet !== undefined) {
    const gid = /\bgid=(\d+)/.exec(url.hash + url.search)?.[1];
    return `https://docs.google.com/spreadsheets/d/${sheet}/export?format=csv${gid === undefined ? '' : `&gid=${gid}`}`;
  }
  const id = url.searchParams.get('id');
  if (DRIVE_ID.test(page) && id !== null)
    return `https://drive.usercontent.google.com/download?id=${encodeURIComponent(id)}&export=download&confirm=t`;
  if (/(^|\.)dropbox\.com$/.test(url.hostname) && url.searchParams.get('dl') !== '1') {
    url.searchParams.set('dl', '1');
    return url.href;
  }
  const known = PAGES.find(([pattern]) => pattern.test(page));
  return known && page.replace(...known);
};
