/** The classes of the sample. */
export const SAMPLE_CLASSES = ['Business', 'Sci/Tech', 'Sports', 'World'] as const;

/** A class of the sample. */
export type SampleClass = (typeof SAMPLE_CLASSES)[number];

/** What fills a template's slots: `{firm}` takes a word of `firm`. Every name is invented. */
export const SAMPLE_WORDS: Readonly<Record<string, readonly string[]>> = {
  // Everywhere
  when: ['next week', 'this week', 'on Monday', 'on Friday', 'by year end', 'in spring', 'after a long delay', 'for a second day', 'at last', 'tomorrow', 'overnight', 'in 2031'],
  how: ['sharply', 'slowly', 'at last', 'again', 'unexpectedly', 'without warning', 'as planned', 'in secret', 'with ease', 'under pressure'],
  size: ['record', 'major', 'small', 'surprise', 'early', 'late', 'final', 'first', 'new', 'long', 'bitter', 'quiet'],
  number: ['2', '3', '4', '5', '7', '9', '11', '12', '15', '18', '20', '24', '30', '40', '60', '75'],
  place: ['Orvania', 'Kestral', 'Lower Tamsin', 'Port Ilva', 'Marenga', 'the Sund Islands', 'Veldmark', 'São Tirso', 'Quillon', 'East Harrow', 'Brannoch', 'Côte Lune'],
  agency: ['NWire', 'Daybreak', 'Harbour Press', 'Meridian', 'Update 2', 'Open Post', 'Quill.example'],

  // Words that several classes use, each in a sense of its own
  shared: ['strike', 'crash', 'court', 'net', 'server', 'match', 'drive', 'attack', 'defence', 'rally', 'transfer', 'union', 'virus', 'record', 'race', 'field', 'track', 'pitch', 'draw', 'launch', 'security', 'deal', 'cell', 'head', 'lead', 'season', 'talk', 'exchange', 'power', 'network'],
  happens: ['starts', 'ends', 'slips', 'returns', 'stalls', 'widens', 'grows', 'opens', 'fails', 'holds'],
  told: ['report says', 'experts say', 'sources say', 'insiders hint', 'rivals agree', 'survey finds', 'minister says', 'chief says'],
  over: ['overshadows', 'upstages', 'eclipses', 'pushes aside', 'outshines', 'comes before', 'wins out over', 'drowns out'],

  // Business
  firm: ['Norvane', 'Talbrook Foods', 'Hexley Motors', 'Corrin Air', 'Bright Harbour Bank', 'Alder & Finch', 'Osprey Energy', 'Dunmore Steel', 'Pallas Retail', 'Juniper Rail', 'Maddox Insurance', 'Kite Telecom'],
  money: ['$4 million', '$2.5 billion', '$300 mln', '$18 billion', '$90 million', '€7 billion', '12 cents a share', '5.2 percent'],
  stock: ['shares', 'stocks', 'bonds', 'futures', 'markets', 'blue chips', 'the index', 'futures prices'],
  moves: ['fall', 'rise', 'slip', 'climb', 'steady', 'drop', 'rebound', 'edge up', 'tumble', 'rally'],
  rises: ['falls', 'rises', 'slips', 'climbs', 'drops', 'edges up', 'tumbles', 'doubles'],
  figure: ['profit', 'loss', 'dividend', 'gross margin', 'small gain', 'net profit', 'operating loss', 'pension gap'],
  trade: ['merger', 'takeover', 'buyout', 'share offer', 'bid', 'stake sale', 'listing', 'refinancing', 'price war', 'tax cut'],
  officer: ['chief executive', 'chairman', 'investors', 'analysts', 'shareholders', 'regulators', 'auditors', 'lenders', 'bankers'],
  goods: ['oil', 'crude', 'gold', 'copper', 'wheat', 'coffee', 'steel', 'airline seats', 'housing', 'retail'],
  businessTopic: ['merger talks', 'the oil price', 'a rate rise', 'the bank bailout', 'quarterly earnings', 'the share offer', 'the price war', 'the takeover bid', 'a pension deal', 'the budget gap'],

  // Sci/Tech
  maker: ['Lumen Labs', 'Pixelforge', 'Ravel Systems', 'Octavo', 'Quanta North', 'Softmere', 'Arclight', 'Nimbus Nine'],
  gadget: ['phone', 'laptop', 'console', 'browser', 'search engine', 'chip', 'router', 'camera', 'music player', 'robot', 'tablet', 'printer'],
  software: ['software', 'operating system', 'patch', 'web service', 'update', 'open source code', 'spam filter', 'database', 'toolkit', 'encryption'],
  flaw: ['bug', 'worm', 'virus', 'security hole', 'flaw', 'glitch', 'crash', 'phishing scam', 'data leak'],
  science: ['scientists', 'researchers', 'astronomers', 'engineers', 'biologists', 'physicists', 'geologists', 'chemists'],
  finding: ['a distant planet', 'the surface of a moon', 'a new species of frog', 'ancient fossils', 'a faint galaxy', 'a stem cell', 'the gene map', 'water on Mars', 'a deep sea vent', 'a comet'],
  craft: ['probe', 'rover', 'shuttle', 'space telescope', 'satellite', 'rocket', 'orbiter', 'capsule'],
  techTopic: ['the browser update', 'the probe launch', 'a server crash', 'the chip launch', 'the software patch', 'the comet mission', 'the gene study', 'a network virus', 'the robot race', 'the phone recall'],

  // Sports
  sport: ['tennis', 'football', 'rugby', 'hockey', 'cricket', 'basketball', 'golf', 'swimming', 'cycling', 'baseball', 'handball', 'rowing'],
  club: ['Rovers', 'Kestral City', 'the Herons', 'Wolves', 'Brannoch United', 'the Comets', 'Redcaps', 'Ilva Athletic', 'the Tritons', 'Harrow'],
  athlete: ['striker', 'goalkeeper', 'captain', 'pitcher', 'sprinter', 'quarterback', 'rookie', 'coach', 'champion', 'defender', 'veteran', 'swimmer'],
  event: ['tournament', 'cup', 'final', 'semi-final', 'league', 'championship', 'derby', 'title race', 'playoffs', 'relay', 'open', 'grand prix'],
  beats: ['beat', 'edge', 'thrash', 'stun', 'hold off', 'rout', 'overcome', 'sink', 'outlast'],
  score: ['3-1', '2-0', '4-4', '21-17', '6-3, 6-4', '98-91', 'by 12 points', 'in extra time', 'on penalties', 'in straight sets'],
  rank: ['2nd', '3rd', '4th', '5th', '8th', '12th'],
  prize: ['gold', 'silver', 'the title', 'the cup', 'a medal', 'pole position', 'the opening race', 'the final match'],
  sportsTopic: ['the cup final', 'the title race', 'the tennis final', 'the derby', 'a transfer record', 'the relay', 'the season opener', 'the golf tournament', 'the playoff draw', 'the captain injury'],

  // World
  state: ['government', 'parliament', 'opposition', 'army', 'president', 'prime minister', 'foreign minister', 'rebel council', 'border guard', 'high court'],
  people: ['refugees', 'protesters', 'hostages', 'voters', 'aid workers', 'soldiers', 'villagers', 'pilgrims', 'strikers', 'peacekeepers'],
  crisis: ['flood', 'earthquake', 'drought', 'bombing', 'siege', 'coup', 'ceasefire', 'blockade', 'ferry crash', 'virus outbreak', 'border clash', 'strike'],
  politics: ['a peace plan', 'a truce', 'an arms deal', 'an election', 'a treaty', 'an inquiry', 'a trial', 'a summit', 'a referendum', 'a prisoner exchange'],
  acts: ['rejects', 'backs', 'delays', 'demands', 'condemns', 'welcomes', 'calls for', 'opens', 'walks out of', 'prepares for'],
  toll: ['kills 12', 'injures 30', 'leaves hundreds homeless', 'strands thousands', 'enters third week', 'spreads north', 'cuts power', 'displaces 4,000'],
  worldTopic: ['the peace talks', 'the election', 'the border clash', 'the ceasefire', 'a security summit', 'the hostage crisis', 'the flood relief', 'the strike vote', 'the treaty', 'the war inquiry'],
};

/** The slot of what a class writes about: the subject of a headline whose class depends on which of two comes first. */
export const SAMPLE_TOPICS: Readonly<Record<SampleClass, string>> = { Business: 'businessTopic', 'Sci/Tech': 'techTopic', Sports: 'sportsTopic', World: 'worldTopic' };

/** Headlines that could be of any class. */
export const SAMPLE_VAGUE: readonly string[] = [
  '{size} {shared} {happens} {when}',
  '{shared} and {shared}: what {happens} {when}',
  '{size} {shared} in {place} {happens} {how}',
  'No {shared} without a {shared}, {told}',
  '{number} questions about the {shared}',
  '{shared} {happens} {how}, {told}',
];

/** Headlines a class. */
export const SAMPLE_TEMPLATES: Readonly<Record<SampleClass, readonly string[]>> = {
  Business: [
    '{stock} {moves} as {goods} prices {moves}',
    '{stock} {moves} {how} as {firm} reports a {figure} for the quarter',
    '{firm} {figure} {rises} {number} percent',
    '{firm}, {firm} agree {size} {trade}',
    '{firm} to cut {number}00 jobs in {place}',
    '{officer} question {firm} {trade}',
    '{firm} wins {money} {goods} deal',
    '{size} quarter: {figure} of {money} at {firm}',
    '{goods} prices {moves} on {place} {shared} fears',
    'Bank of {place} keeps rates on hold {when}',
    '{firm} posts {size} {figure}, shares {moves}',
    '{officer}: "{trade} {happens} {when}"',
    'Union {shared} at {firm} {happens} {when}',
    'Consumer spending {rises} in {place}',
    '{firm} may sell {goods} unit for {money}',
  ],
  'Sci/Tech': [
    '{maker} unveils {size} {gadget} {when}',
    '{maker} releases {software} for its {gadget}',
    '{science} find {finding}',
    '{science} release {software} that maps {finding}',
    '{craft} sends pictures of {finding}',
    '{size} {flaw} found in {maker} {software}',
    '{flaw} spreads through {gadget} {software}',
    '{craft} {shared} {happens} {when}',
    '{maker} and {maker} join {software} {shared}',
    'Review: the {maker} {gadget}, {number} days on',
    'Study of {finding} {happens} {when}',
    '{gadget} makers face {software} {shared}',
    '{science}: "{finding} is older than we thought"',
    '{maker} {gadget} gets {number} GB and a faster {software}',
    'Online {shared}: how {software} {happens} {how}',
  ],
  Sports: [
    '{club} {beats} {club} {score}',
    'The {size} {sport} {event} starts {when}',
    '{sport} {event} {happens} {when} in {place}',
    '{athlete} takes {prize} in {place} {sport} {event}',
    '{athlete} out of {sport} {event} with knee injury',
    '{club} sign {athlete} for {size} season',
    '{club} coach: "{shared} {happens} {when}"',
    '{athlete} wins {prize}, {score}',
    '{place} {athlete} banned for {number} games',
    '{sport}: {club} climb to {rank} in league',
    '{size} {event} win for {club}',
    '{athlete} breaks {sport} record',
    '{club} and {club} meet in {sport} {event} {when}',
    'Injured {athlete} to miss {event} {shared}',
    '{number} goals as {club} {beats} {club}',
  ],
  World: [
    '{place} {state} {acts} {politics}',
    '{crisis} {toll} in {place}',
    '{state} {acts} {politics} {when}',
    '{people} flee {place} {crisis}',
    '{number} {people} freed in {place}',
    '{people} march as {place} {state} {acts} {politics}',
    '{place} {crisis} {toll}, {told}',
    '{politics} in {place} {happens} {when}',
    '{state} of {place} quits over {politics}',
    'UN envoy {acts} {politics} in {place}',
    '{people} held at {place} border',
    '{state}: "no {shared} before {politics}"',
    '{size} {crisis} in {place} {happens} {how}',
    '{place}, {place} to talk on {politics}',
    '{state} sends {people} to {place} after {crisis}',
  ],
};
