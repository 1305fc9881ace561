import { openPlayground } from './playground.js';
import { openTrainPage } from './trainPage.js';

/** What the theme of the site calls, on the pages that have something to run. */
export { openPlayground, openTrainPage };
