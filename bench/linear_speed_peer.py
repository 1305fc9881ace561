#!/usr/bin/env python3
"""scikit-learn's half of bench/linearSpeed.ts: prints one JSON line.

    python linear_speed_peer.py SIDES.json EPOCHS lower|cased
"""
import json
import os
import sys
import time

for name in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS'):
    os.environ[name] = '1'

from scipy.sparse import hstack
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import f1_score

file, epochs, reading = sys.argv[1], int(sys.argv[2]), sys.argv[3]
with open(file, encoding='utf-8') as opened:
    sides = json.load(opened)
texts = {side: [text for text, _ in rows] for side, rows in sides.items()}
labels = {side: [label for _, label in rows] for side, rows in sides.items()}

begun = time.process_time()
common = dict(n_features=2**20, alternate_sign=False, norm=None)
vectorizers = [
    vectorizer
    for lowercase in ((True,) if reading == 'lower' else (True, False))
    for vectorizer in (
        HashingVectorizer(ngram_range=(1, 2), token_pattern=r'(?u)\w+|[^\w\s]', lowercase=lowercase, **common),
        HashingVectorizer(analyzer='char_wb', ngram_range=(2, 5), lowercase=lowercase, **common),
    )
]
weights = [TfidfTransformer(sublinear_tf=True) for _ in vectorizers]
train = hstack([w.fit_transform(v.transform(texts['train'])) for v, w in zip(vectorizers, weights)]).tocsr()
count = train.shape[0]
model = SGDClassifier(loss='log_loss', alpha=1 / (30 * count), max_iter=epochs, tol=None, random_state=1)
model.fit(train, labels['train'])
held = hstack([w.transform(v.transform(texts['validation'])) for v, w in zip(vectorizers, weights)]).tocsr()
f1 = f1_score(labels['validation'], model.predict(held), average='weighted')
taken = time.process_time() - begun
print(json.dumps(dict(peer='scikit-learn', variant=reading, what='linear', rows=count,
                      rows_per_s=round(count * epochs / taken), f1=round(f1, 4))))
