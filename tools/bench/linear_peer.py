"""scikit-learn's TF-IDF with logistic regression, on the rows that tools/bench/linear.mjs writes.

    python tools/bench/linear_peer.py rows.jsonl
"""

import json
import sys
import time

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, log_loss


def main():
    texts = {"train": [], "test": []}
    labels = {"train": [], "test": []}
    with open(sys.argv[1], encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            texts[row["set"]].append(row["text"])
            labels[row["set"]].append(row["label"])
    begun = time.perf_counter()
    # The settings that trainLinear has by default.
    vectorizer = TfidfVectorizer(
        ngram_range=(1, 2), min_df=1 if len(texts["train"]) < 1000 else 2, sublinear_tf=True
    )
    model = LogisticRegression(C=10, max_iter=2000)
    model.fit(vectorizer.fit_transform(texts["train"]), labels["train"])
    seconds = time.perf_counter() - begun
    probabilities = model.predict_proba(vectorizer.transform(texts["test"]))
    predicted = model.classes_[probabilities.argmax(1)]
    print(
        json.dumps(
            {
                "features": len(vectorizer.vocabulary_),
                "accuracy": float(np.mean(predicted == np.array(labels["test"]))),
                "macroF1": f1_score(labels["test"], predicted, average="macro"),
                "logLoss": log_loss(labels["test"], probabilities, labels=model.classes_),
                "seconds": seconds,
            }
        )
    )


if __name__ == "__main__":
    main()
