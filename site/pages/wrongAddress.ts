import { guidePages } from './navigation.js';

/** What the page of a wrong address says, with JavaScript and without. */
export const WRONG_ADDRESS = 'This page does not exist';

/**
 * The page of a wrong address as a reader without JavaScript sees it: VitePress leaves it empty, since it is served at
 * every address. The reader has no search either, so it lists all pages of the guides.
 *
 * @param base the path that the site is served under, with a slash at both ends
 */
export const wrongAddress = (html: string, base: string): string => {
  const pages = [
    { text: 'Reference', link: '/reference/' },
    ...guidePages.flatMap(({ text, link, items }) => (link === undefined ? items : [{ text, link }])),
  ];
  const links = pages.map(({ text, link }) => {
    const file = link.endsWith('/') ? `${link}index` : link;
    return `<li><a href="${base}${file.slice(1)}.html">${text}</a></li>`;
  });
  const page =
    `<noscript><main class="vp-doc wrong-address"><h1>${WRONG_ADDRESS}</h1>` +
    `<p><a href="${base}">The first page</a> says what Headwater is. These are the pages of the site:</p>` +
    `<ul>${links.join('')}</ul></main></noscript>`;
  return html.replace('<body>', `<body>${page}`);
};
