import { changingNews, withChangedWords } from './changingNews.js';
import { learnFromStream } from './learnFromStream.js';
const f = (h:any) => [h.all,h.changed,h.others].map((x:number)=>x.toFixed(3)).join('/');
const vs: any[] = [];
for (const spare of [1000, 2000, 4000]) { for (const minTexts of [1,2]) vs.push({ name: `rows ${spare} min ${minTexts}`, learningRate: 1e-3, words: 'rows', replay: true, spare, minTexts }); vs.push({ name: `hashed ${spare}`, learningRate: 1e-3, words: 'hashed', replay: true, spare }); }
vs.push({ name: 'lr3e-3 rows 2000', learningRate: 3e-3, words: 'rows', replay: true, spare: 2000, minTexts: 1 });
vs.push({ name: 'batch16 rows 2000', learningRate: 1e-3, words: 'rows', replay: true, spare: 2000, minTexts: 1, batchSize: 16 });
const sums = new Map<string, any[]>();
for (const seed of [1,2]) {
  const news = await changingNews({ data: '/work/shared/data/news.csv', seed, epochs: 8, streamed: 8000 });
  const changed = ['Sports','World'];
  const stream = withChangedWords(news, changed);
  for (const v of vs) { console.error(seed, v.name); const o = await learnFromStream(news, stream, changed, v); sums.set(v.name, [...(sums.get(v.name) ?? []), o]); }
}
const mean = (os:any[], k:string) => ['all','changed','others'].map(p=>(os.reduce((s,o)=>s+o[k][p],0)/os.length).toFixed(3)).join('/');
for (const [name, os] of sums) console.log(name.padEnd(20), mean(os,'before'), mean(os,'rightAfter'), mean(os,'later'), 'held', mean(os,'heldOut'), os.map(o=>o.ece.toFixed(3)).join(','), 'rb', os.map(o=>o.rolledBack).join(','), os.map(o=>o.newWords).join(','), os.map(o=>o.seconds.toFixed(1)).join(','));
