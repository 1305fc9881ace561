/** The list of pages beside each page of the guides. */
export const guidePages = [
  {
    text: 'Begin',
    items: [
      { text: 'Overview', link: '/overview' },
      { text: 'Start', link: '/learn/start' },
      { text: 'Tutorial', link: '/learn/tutorial' },
      { text: 'Which operator do I need?', link: '/learn/operators' },
      { text: 'Troubleshooting', link: '/troubleshooting' },
      { text: 'Glossary', link: '/learn/glossary' },
      { text: 'Playground', link: '/playground' },
      { text: 'Train in this tab', link: '/train' },
    ],
  },
  {
    text: 'Coming from …',
    items: [
      { text: 'PyTorch, line by line', link: '/from/line-by-line' },
      { text: "PyTorch's DataLoader", link: '/from/pytorch' },
      { text: 'Keras and tfjs-layers', link: '/from/keras' },
      { text: 'scikit-learn', link: '/from/scikit-learn' },
      { text: 'fastText', link: '/from/fasttext' },
      { text: 'spaCy', link: '/from/spacy' },
    ],
  },
  { text: 'Cookbook', link: '/cookbook/', items: [] },
  {
    text: 'Guides',
    items: [
      { text: 'Tables', link: '/tables' },
      { text: 'Training', link: '/training' },
      { text: 'Evaluation', link: '/evaluation' },
      { text: 'Live headlines', link: '/live' },
      { text: 'A model over HTTP', link: '/serve' },
      { text: 'Many machines', link: '/scale' },
      { text: 'A model as one module', link: '/bundle' },
      { text: 'What a pipeline does', link: '/flow' },
      { text: 'Word vectors', link: '/vectors' },
      { text: 'libtensorflow', link: '/tensorflow' },
      { text: 'WebGPU', link: '/webgpu' },
      { text: 'The lesson', link: '/lesson' },
    ],
  },
  {
    text: 'Background',
    items: [
      { text: 'Memory limits', link: '/memory' },
      { text: 'Reliability', link: '/reliability' },
      { text: 'Performance', link: '/performance' },
      { text: 'Accuracy', link: '/accuracy' },
      { text: 'Design', link: '/design' },
      { text: 'Dependencies', link: '/dependencies' },
      { text: 'Contributing', link: '/contributing' },
      { text: 'Security', link: '/security' },
      { text: 'Changes', link: '/changelog' },
    ],
  },
];
