import { readFileSync } from 'node:fs';
import { type DefaultTheme, defineConfig } from 'vitepress';
import { navigationFile, pagesFolder, siteFolder } from '../folders.js';
import { emptyHeaders } from '../markdown/emptyHeaders.js';
import { fences } from '../markdown/fences.js';
import { anchorOf } from '../pages/anchorOf.js';
import { guidePages } from '../pages/navigation.js';
import { WRONG_ADDRESS, wrongAddress } from '../pages/wrongAddress.js';
import { renderForSearch, termOf, typosOf, weightOf, wordsOf } from './search.js';

const reference = JSON.parse(readFileSync(navigationFile, 'utf8')) as DefaultTheme.SidebarMulti;

/** What lets WebAssembly of the page have threads. A server of the built site sends the same for that. */
const ISOLATED = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/**
 * Without JavaScript, what does nothing is not shown, and the list of pages follows the page on a narrow screen, whose
 * menu needs a script.
 */
const WITHOUT_SCRIPT =
  '.runnable .run,.VPNavBarSearch,.VPNavBarHamburger,.VPNavBarAppearance,.VPLocalNav{display:none!important}' +
  '.vp-doc .without-script{display:block}' +
  '@media (max-width:959px){.VPSidebar{order:1;position:static!important;width:auto!important;max-width:none!important;' +
  'transform:none!important;opacity:1!important;visibility:visible!important;box-shadow:none!important}}';

export default defineConfig({
  title: 'Headwater',
  description: 'Streams of text into recurrent networks, with RxJS operators',
  lang: 'en-GB',
  // Below any path: every link of a page is relative to the base that the build is told.
  base: process.env['HEADWATER_SITE_BASE'] ?? '/',
  srcDir: pagesFolder,
  outDir: siteFolder,
  cacheDir: `${pagesFolder}/../cache`,
  cleanUrls: false,
  metaChunk: true,
  transformHtml: (html, _file, { page, siteData }) =>
    page === '404.md' ? wrongAddress(html, siteData.base) : undefined,
  head: [
    ['link', { rel: 'icon', href: 'data:,' }],
    ['noscript', {}, `<style>${WITHOUT_SCRIPT}</style>`],
  ],
  markdown: {
    anchor: { slugify: anchorOf },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    languageAlias: { caddyfile: 'nginx' },
    config: (md) => {
      fences(md);
      emptyHeaders(md);
    },
  },
  themeConfig: {
    nav: [
      { text: 'Start', link: '/learn/start' },
      { text: 'Cookbook', link: '/cookbook/' },
      { text: 'Reference', link: '/reference/' },
      { text: 'Playground', link: '/playground' },
    ],
    sidebar: { ...reference, '/': guidePages },
    outline: { level: [2, 3] },
    search: {
      provider: 'local',
      options: {
        detailedView: false,
        _render: renderForSearch,
        miniSearch: {
          options: { tokenize: wordsOf, processTerm: termOf },
          searchOptions: {
            fuzzy: typosOf,
            prefix: true,
            weights: { fuzzy: 0.2, prefix: 0.4 },
            boost: { title: 4, text: 2, titles: 1 },
            boostDocument: weightOf,
          },
        },
      },
    },
    notFound: {
      title: WRONG_ADDRESS,
      quote: 'Use the search, or begin at the first page.',
      linkText: 'First page',
      linkLabel: 'First page',
    },
    docFooter: { prev: 'Previous page', next: 'Next page' },
    externalLinkIcon: true,
  },
  vite: {
    // VitePress answers with its pages itself, without the headers that Vite is configured with.
    plugins: [
      {
        name: 'cross-origin-isolation',
        configureServer: ({ middlewares }) => {
          middlewares.use((_request, response, next) => {
            for (const [name, value] of Object.entries(ISOLATED)) response.setHeader(name, value);
            next();
          });
        },
      },
    ],
    build: { chunkSizeWarningLimit: 4000 },
  },
});
