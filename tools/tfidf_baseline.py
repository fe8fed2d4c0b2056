"""The plain baseline: TF-IDF of words and pairs of words, and a logistic regression (scikit-learn).

    node tools/export-split.mjs aclImdb_v1.tar.gz --train-reviews 2000 --test-reviews 5000 > split.jsonl
    python tools/tfidf_baseline.py split.jsonl
"""

import argparse
import json

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline


def read_split(path):
    """The texts and the labels of each set."""
    sets = {"train": ([], []), "test": ([], [])}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            review = json.loads(line)
            texts, labels = sets[review["set"]]
            texts.append(review["text"].replace("<br />", " "))
            labels.append(review["label"])
    return sets["train"], sets["test"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("split", help="what tools/export-split.mjs wrote")
    parser.add_argument("--min-count", type=int, default=2, help="reviews that a word or pair has to be in")
    parser.add_argument("--inverse-penalty", type=float, default=10.0, help="scikit-learn's C")
    options = parser.parse_args()

    train, test = read_split(options.split)
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=options.min_count, sublinear_tf=True),
        LogisticRegression(C=options.inverse_penalty, max_iter=1000),
    )
    model.fit(*train)
    print(json.dumps({"labels": len(train[1]), "test": len(test[1]), "accuracy": round(model.score(*test), 4)}))


if __name__ == "__main__":
    main()
