"""A linear model on word and character counts, of the rows that JSON on stdin has: what the tables are compared with.

stdin: {"train": [[text, label], ...], "test": [...]}; stdout: {"f1": ..., "seconds": ...}
"""

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")
try:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import f1_score
    from sklearn.pipeline import make_union
except ImportError:
    print(json.dumps({"missing": "scikit-learn"}))
    sys.exit(0)

rows = json.load(sys.stdin)
begun = time.time()
features = make_union(
    TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b", sublinear_tf=True, max_features=200_000),
    TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, max_features=200_000),
)
train = features.fit_transform([text for text, _ in rows["train"]])
model = LogisticRegression(C=10, max_iter=100).fit(train, [label for _, label in rows["train"]])
predicted = model.predict(features.transform([text for text, _ in rows["test"]]))
f1 = f1_score([label for _, label in rows["test"]], predicted, average="weighted")
print(json.dumps({"f1": f1, "seconds": time.time() - begun}))
