import type { SourceEvent } from '../../contracts/live/Live.js';
import type { ModelView } from '../../contracts/training/TrainingView.js';
import { TimeBins } from '../charts/TimeBins.js';
import { ConnectionBadge } from '../connection/ConnectionBadge.js';
import type { Notice } from '../connection/Notice.js';
import { openEvents } from '../connection/openEvents.js';
import { reconnecting, type ServerSent } from '../connection/reconnecting.js';
import { credentials, describeFailure, getJson, Refused } from '../connection/server.js';
import { element, setText } from '../elements/element.js';
import { formatCount, formatMs, formatRate, NOTHING } from '../elements/format.js';
import { ClassNames } from '../headlines/ClassNames.js';
import { ExplainPanel } from '../headlines/ExplainPanel.js';
import { HeadlineRing } from '../headlines/HeadlineRing.js';
import { HeadlineStream } from '../headlines/HeadlineStream.js';
import { LabelBook, type Labelled, type LabelTold } from '../headlines/LabelBook.js';
import { SourceList } from '../headlines/SourceList.js';
import { SourceNames } from '../headlines/SourceNames.js';
import { troubleOf } from '../headlines/sourceTrouble.js';
import { Figures } from '../panels/Figures.js';
import { ModelSection } from '../panels/ModelSection.js';
import { ChangeList, type Drift, type ModelChanged, type TrialEnded } from './ChangeList.js';
import { FeedTrouble } from './FeedTrouble.js';
import { LabelChart, type LabelScored } from './LabelChart.js';
import { LeftOut } from './LeftOut.js';
import { ModelsPanel } from './ModelsPanel.js';
import { ServedFlow } from './ServedFlow.js';
import { TrafficCharts } from './TrafficCharts.js';

/** A headline with its class, as in `GET /events`. */
interface Prediction {
  readonly title: string;
  readonly guid?: string;
  readonly key?: string;
  readonly class: string;
  readonly probabilities: Readonly<Record<string, number>>;
  readonly known: number;
  readonly latencyMs: number;
  readonly source: string;
  readonly link?: string;
  readonly seen: string;
}

/** The options of every view. */
export interface ViewOptions {
  /** A live region for announcements. */
  readonly announcer: HTMLElement;
  readonly notice: Notice;
  /** The place of the connection badge. */
  readonly corner: HTMLElement;
  /** Handles an error if it is about the token; returns whether it is. */
  readonly tokenWanted: (error: unknown) => boolean;
}

/** The maximum number of headlines in memory. */
const KEPT = 10_000;

/** The wait for further changes before the model is requested again. Milliseconds. */
const LOOK_MS = 200;

/** The interval between two requests for the list of feeds, to which others may add. Milliseconds. */
const FEEDS_MS = 60_000;

/** The interval between two drawings of charts and figures. Milliseconds. */
const DRAW_MS = 1000;

/** The page of a server that classifies. */
export const servingView = (
  main: HTMLElement,
  model: ModelView,
  { announcer, notice, corner, tokenWanted }: ViewOptions,
): void => {
  const { classes } = model;
  const classNames = new ClassNames(classes);
  const ring = new HeadlineRing(KEPT);
  const bins = new TimeBins(classes.length);
  const badge = new ConnectionBadge(announcer);
  const figures = new Figures({
    headlines: 'Headlines',
    rate: 'Headlines a second',
    median: 'Median latency',
    slowest: '95th percentile',
    leftOut: 'Left out',
    missed: 'Missed',
  });
  const names = new SourceNames();
  const nameOf = (source: string): string => names.of(source);
  const sources = new SourceList(names);
  const trouble = new FeedTrouble(announcer);
  const leftOut = new LeftOut((count) => figures.show('leftOut', formatCount(count)));
  const traffic = new TrafficCharts(classes);
  const labelled = new LabelChart();
  const changes = new ChangeList((text) => notice.show(text));
  const modelSection = new ModelSection();
  const models = new ModelsPanel({ told: (text) => notice.show(text), tokenWanted });
  const labels = new LabelBook({
    classes,
    kept: ({ ordinal, title }, category) => {
      setText(announcer, `Labelled as ${classes[category] ?? ''}: ${title}`);
      if (ordinal !== undefined) showLabel((headline) => headline.ordinal === ordinal);
    },
    told: (isIt) => showLabel(isIt),
    failed: (error) => {
      if (!tokenWanted(error)) notice.show(`The label was not kept: ${describeFailure(error)}`);
    },
  });
  const explain = new ExplainPanel({ classes, labels, nameOf, tokenWanted });
  const stream = new HeadlineStream({
    ring,
    classes,
    classNames: classNames.all,
    labels,
    nameOf,
    chosen: (headline) => explain.explain(headline),
    announcer,
  });

  const showLabel = (isIt: (headline: Labelled) => boolean): void => {
    explain.labelled(isIt);
    stream.labelled(isIt);
  };

  let missed = 0;
  let changed = true;

  const drawFigures = (): void => {
    // Without new headlines, the rate still falls, so it is redrawn. Without any headline there is nothing to draw, and
    // a hidden tab is not drawn.
    if (document.hidden || (ring.end === 0 && !changed)) return;
    changed = false;
    const { rate, median, slowest } = traffic.draw(bins, Date.now(), changes.times);
    figures.show('headlines', formatCount(ring.end));
    figures.show('rate', formatRate(rate));
    figures.show('median', median === undefined ? NOTHING : formatMs(median));
    figures.show('slowest', slowest === undefined ? NOTHING : formatMs(slowest));
    figures.show('missed', formatCount(missed));
    stream.draw();
  };

  const heardPrediction = (data: string): void => {
    const {
      title,
      guid,
      key,
      class: name,
      probabilities,
      known,
      latencyMs,
      source,
      link,
      seen,
    } = JSON.parse(data) as Prediction;
    const category = classNames.indexOf(name);
    const time = Date.parse(seen);
    ring.push({
      ordinal: ring.end,
      title,
      guid,
      key,
      category,
      probability: probabilities[name] ?? 0,
      seen: time,
      unread: known === 0,
      source,
      link,
    });
    bins.add(time, category < classes.length ? category : -1, latencyMs);
    badge.heardHeadline(time + latencyMs);
    changed = true;
    stream.heardSource(source, false);
    stream.heardClass(category);
    stream.draw();
  };

  const heardSource = (event: SourceEvent): void => {
    const isNamed = names.heard(event.source, 'title' in event ? event.title : undefined);
    sources.heard(event);
    stream.heardSource(event.source, isNamed);
    drawSources();
  };

  let areDrawn = true;
  const drawSources = (): void => {
    if (!areDrawn) return;
    areDrawn = false;
    requestAnimationFrame(() => {
      areDrawn = true;
      sources.draw();
      showTrouble();
    });
  };

  const showTrouble = (): void => {
    const state = troubleOf(sources.last, nameOf, sources.waiting.length);
    trouble.show(state);
    badge.dry(state.failing > 0 && state.failing === state.sources);
  };

  /** Whether the server tells its feeds. A token without the scope `admin` does not get them. */
  let listsFeeds = true;
  const lookForFeeds = (): void => {
    if (!listsFeeds || document.hidden) return;
    getJson<{ readonly feeds: readonly string[] }>('admin/feeds').then(
      ({ feeds }) => {
        sources.expect(feeds);
        drawSources();
      },
      (error: unknown) => {
        // Without a connection, the next request may succeed.
        if (error instanceof Refused) listsFeeds = false;
      },
    );
  };

  const heardMissed = (data: string): void => {
    const { events } = JSON.parse(data) as { readonly events: number | null };
    missed += events ?? 0;
    changed = true;
    const text =
      events === null
        ? 'The server was restarted. It is not known what was missed in the meantime.'
        : `${formatCount(events)} events were missed: the page was away, or too slow.`;
    notice.show(text);
  };

  const heardLabel = (label: LabelScored & LabelTold): void => {
    labelled.heard(label);
    labels.heard(label);
  };

  const heard = ({ name, data }: ServerSent): void => {
    switch (name) {
      case 'prediction':
        heardPrediction(data);
        break;
      case 'source':
        heardSource(JSON.parse(data) as SourceEvent);
        break;
      case 'missed':
        heardMissed(data);
        break;
      case 'drift':
        changes.heardDrift(JSON.parse(data) as Drift);
        break;
      case 'model':
        changes.heardModel(JSON.parse(data) as ModelChanged);
        lookAgain();
        models.look();
        break;
      case 'trial':
        changes.heardTrial(JSON.parse(data) as TrialEnded);
        break;
      case 'label':
        heardLabel(JSON.parse(data) as LabelScored & LabelTold);
        break;
    }
  };

  /** After a connection loss, the server may be another one, and another model may be in use. */
  let isLooking = false;
  const lookAgain = (): void => {
    // A page that is opened late receives many changes at once, and only the last one matters.
    if (isLooking) return;
    isLooking = true;
    setTimeout(() => {
      isLooking = false;
      look();
    }, LOOK_MS);
  };
  const look = (): void => {
    getJson<ModelView>('model').then(
      (present) => {
        if (present.classes.join('\n') === classes.join('\n')) modelSection.show(present);
        else location.reload();
      },
      (error: unknown) => {
        if (!tokenWanted(error)) setText(announcer, 'The model in use is not known.');
      },
    );
  };

  let opened = 0;
  reconnecting({
    open: (lastEventId) => openEvents(`events?last=${KEPT}`, credentials(), lastEventId),
    random: Math.random,
  }).subscribe({
    next: (news) => {
      badge.heard(news);
      if (news.type === 'event') heard(news);
      if (news.type !== 'opened') return;
      lookForFeeds();
      if (opened++ > 0) lookAgain();
    },
    error: tokenWanted,
  });

  corner.replaceChildren(element('span', { class: 'chip' }, model.name), badge.node);
  modelSection.show(model);
  main.replaceChildren(
    trouble.node,
    figures.node,
    element('div', { class: 'split' }, stream.node, explain.node),
    element(
      'section',
      { class: 'block', 'aria-labelledby': 'traffic-heading' },
      element('h2', { id: 'traffic-heading' }, 'Traffic'),
      element('div', { class: 'grid three' }, ...traffic.nodes, labelled.node),
      element('div', { class: 'grid' }, sources.node, leftOut.node, changes.node),
    ),
    models.node,
    new ServedFlow().node,
    modelSection.node,
  );
  drawFigures();
  setInterval(drawFigures, DRAW_MS);
  setInterval(lookForFeeds, FEEDS_MS);
};
