import { inBrowser, type Theme, withBase } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import type * as page from '../page/page.js';
import { keepForOffline } from './keepForOffline.js';
import './theme.css';

/** The script of the playground: it is loaded where something is to be run, and by no other page. */
const loadPage = (): Promise<typeof page> =>
  import(/* @vite-ignore */ withBase('/run/page.js')) as Promise<typeof page>;

/** What runs on the page: its place, and how it is ended. */
const running: { readonly place: HTMLElement; readonly stop: () => void }[] = [];

/**
 * Ends the programs of pages that the reader has left. The site changes pages without a load, so a browser would let
 * them run on, with their memory.
 */
const stopWhatIsGone = (): void => {
  for (const { stop } of running.filter(({ place }) => !place.isConnected)) stop();
  running.splice(0, running.length, ...running.filter(({ place }) => place.isConnected));
};

/** Opens the editor in place of a block of code. */
const runBlock = async (button: HTMLElement): Promise<void> => {
  const block = button.closest<HTMLElement>('.runnable');
  const code = block?.dataset['code'];
  if (block === null || code === undefined) return;
  const { openPlayground } = await loadPage();
  // The reader may have left while it was loaded, or have pressed the button twice.
  if (!block.isConnected || running.some(({ place }) => place === block)) return;
  running.push({ place: block, stop: openPlayground(block, decodeURIComponent(code), true) });
};

/** Opens what a page of its own has: the playground, or the training. */
const openPlaces = async (): Promise<void> => {
  const place = document.querySelector<HTMLElement>('#playground-here > .runnable');
  const training = document.getElementById('train-here');
  if (!place && !training) return;
  const { openPlayground, openTrainPage } = await loadPage();
  if (place)
    running.push({ place, stop: openPlayground(place, decodeURIComponent(place.dataset['code'] ?? ''), false) });
  if (training) running.push({ place: training, stop: openTrainPage(training) });
};

const theme: Theme = {
  extends: DefaultTheme,
  enhanceApp: ({ router }) => {
    if (!inBrowser) return;
    document.addEventListener('click', ({ target }) => {
      if (target instanceof HTMLElement && target.matches('.runnable > .run'))
        runBlock(target).catch(() => {
          target.textContent = 'Not loaded: check the connection, and try again';
        });
    });
    // When a page is there: VitePress has drawn it by then.
    const arrived = (): void => {
      // The first page and the page of a wrong address have no main landmark of their own. The other pages have one.
      const content = document.querySelector('.VPContent');
      if (content?.querySelector('main')) content.removeAttribute('role');
      else content?.setAttribute('role', 'main');
      stopWhatIsGone();
      void openPlaces();
    };
    router.onAfterRouteChange = () => void setTimeout(arrived);
    window.addEventListener('load', () => {
      setTimeout(arrived);
      // A page that is being written changes all the time. Without the worker, it is read as before.
      if (import.meta.env.PROD) keepForOffline().catch(() => undefined);
    });
  },
};

export default theme;
