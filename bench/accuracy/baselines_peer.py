"""Linear models of scikit-learn, and fastText, on the rows that JSON on stdin has.

stdin: {"train": [[text, label], ...], "validation": [...], "test": [...]}
stdout: {"scikit": {"f1", "seconds", "setting"}, "fasttext": {"f1", "seconds", "setting"}}; {"missing": name} where a package
cannot be imported. Arguments: the baselines to train; without any, both. The F1 is that of the test rows, weighted by class. Settings are chosen on the validation rows.
"""

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")


def scikit(sides):
    """The better of word and character n-grams under logistic regression, with the best of three penalties."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import f1_score

    begun = time.process_time()
    texts = {side: [text for text, _ in rows] for side, rows in sides.items()}
    labels = {side: [label for _, label in rows] for side, rows in sides.items()}
    kinds = {
        "words": {"ngram_range": (1, 2), "token_pattern": r"(?u)\b\w+\b"},
        "characters": {"analyzer": "char_wb", "ngram_range": (2, 5)},
    }
    best = None
    for kind, how in kinds.items():
        vectorizer = TfidfVectorizer(sublinear_tf=True, max_features=200_000, **how)
        train = vectorizer.fit_transform(texts["train"])
        validation = vectorizer.transform(texts["validation"])
        for c in (1, 8, 64):
            model = LogisticRegression(C=c, max_iter=200, tol=1e-3).fit(train, labels["train"])
            score = f1_score(labels["validation"], model.predict(validation), average="weighted")
            if best is None or score > best[0]:
                best = (score, f"{kind}, C = {c}", vectorizer, model)
    _, setting, vectorizer, model = best
    predicted = model.predict(vectorizer.transform(texts["test"]))
    f1 = f1_score(labels["test"], predicted, average="weighted")
    return {"f1": f1, "seconds": time.process_time() - begun, "setting": setting}


def fasttext(sides):
    """fastText on words and pairs of words, with the better of three numbers of epochs."""
    import os
    import tempfile

    import fasttext as library
    from sklearn.metrics import f1_score

    library.FastText.eprint = lambda *_: None
    begun = time.process_time()
    numbers = {label: str(i) for i, label in enumerate(sorted({label for _, label in sides["train"]}))}

    def plain(text):
        return " ".join(text.lower().split())

    def scored(model, side):
        # The function of the module breaks with NumPy 2; the one below it does not.
        told = [model.f.predict(plain(text) + "\n", 1, 0.0, "strict") for text, _ in sides[side]]
        predicted = [answer[0][1] if answer else "" for answer in told]
        truth = ["__label__" + numbers[label] for _, label in sides[side]]
        return f1_score(truth, predicted, average="weighted")

    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "train.txt")
        with open(file, "w", encoding="utf8") as out:
            for text, label in sides["train"]:
                out.write(f"__label__{numbers[label]} {plain(text)}\n")
        best = None
        for epochs in (5, 25, 100):
            model = library.train_supervised(
                file, epoch=epochs, lr=0.5, wordNgrams=2, minn=2, maxn=5, bucket=200_000, thread=1, seed=1, verbose=0
            )
            score = scored(model, "validation")
            if best is None or score > best[0]:
                best = (score, f"{epochs} epochs", model)
        return {"f1": scored(best[2], "test"), "seconds": time.process_time() - begun, "setting": best[1]}


rows = json.load(sys.stdin)
result = {}
asked = sys.argv[1:] or ["scikit", "fasttext"]
for name, measure in (("scikit", scikit), ("fasttext", fasttext)):
    if name not in asked:
        continue
    try:
        result[name] = measure(rows)
    except ImportError as error:
        result[name] = {"missing": error.name or name}
print(json.dumps(result))
