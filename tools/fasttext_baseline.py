"""fastText on the rows of a table: the settings that are best on the validation rows, scored on the test rows.

With --label-delimiter a text has any number of classes: one binary classifier a class, predicted from one threshold for all that the
validation rows choose. Rows without a class are left out.

usage: pip install fasttext-wheel scikit-learn, then
python tools/fasttext_baseline.py DATA.csv[.gz] --text-column title,text --label-column section --split-column split
python tools/fasttext_baseline.py DATA.csv[.gz] --text-column title,text --label-column tags --label-delimiter "|"
"""

import argparse
import csv
import gzip
import itertools
import os
import tempfile
import time
from collections import Counter

import fasttext
import numpy as np
from sklearn.metrics import accuracy_score, f1_score

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("data")
parser.add_argument("--text-column", default="text")
parser.add_argument("--label-column", default="label")
parser.add_argument("--label-delimiter", help="what stands between the classes of a text that may have several")
parser.add_argument("--split-column", default="split")
parser.add_argument("--rows-per-class", type=int, help="the first so many training rows of each class")
options = parser.parse_args()
several = options.label_delimiter is not None

open_text = gzip.open if options.data.endswith(".gz") else open
with open_text(options.data, "rt", encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file))


def labels_of(row):
    cell = row[options.label_column]
    return [label for label in cell.split(options.label_delimiter) if label] if several else [cell]


columns = options.text_column.split(",")
classes = sorted({label for row in rows for label in labels_of(row)})
sets = {"train": [], "valid": [], "test": []}
taken = Counter()
for row in rows:
    labels = labels_of(row)
    if not labels:
        continue
    if row[options.split_column] == "train" and options.rows_per_class:
        taken[labels[0]] += 1
        if taken[labels[0]] > options.rows_per_class:
            continue
    words = fasttext.tokenize(" ".join(row[column] for column in columns).lower())
    sets[row[options.split_column]].append(([classes.index(label) for label in labels], " ".join(words)))


def train(path, epochs, rate, pairs, size):
    loss = "ova" if several else "softmax"
    return fasttext.train_supervised(
        path, epoch=epochs, lr=rate, wordNgrams=pairs, dim=size, loss=loss, minCount=1, seed=1, thread=1, verbose=0
    )


def probabilities(model, split):
    """[texts, classes]"""
    found = np.zeros((len(sets[split]), len(classes)))
    for row, (_, text) in zip(found, sets[split]):
        # Not model.predict: it does not run with a current NumPy.
        for probability, label in model.f.predict(f"{text}\n", len(classes), 0.0, "strict"):
            row[int(label[9:])] = probability
    return found


def truth(split):
    """[texts, classes], 0 or 1"""
    return np.array([[c in labels for c in range(len(classes))] for labels, _ in sets[split]]).astype(int)


def predicted(found, threshold):
    return (found >= threshold if several else found == found.max(1, keepdims=True)).astype(int)


def score(model, split, threshold):
    """The share of texts with all classes right, macro-F1 and micro-F1."""
    right, given = truth(split), predicted(probabilities(model, split), threshold)
    f1 = [f1_score(right, given, average=average, zero_division=0) for average in ("macro", "micro")]
    return accuracy_score(right, given), *f1


def best_threshold(model):
    if not several:
        return None
    right, found = truth("valid"), probabilities(model, "valid")
    tried = np.arange(0.05, 1, 0.05)
    return max(tried, key=lambda t: f1_score(right, predicted(found, t), average="micro", zero_division=0))


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "train.txt")
    with open(path, "w", encoding="utf-8") as file:
        for labels, text in sets["train"]:
            file.write(f"{' '.join(f'__label__{label}' for label in labels)} {text}\n")
    by = 2 if several else 1  # macro-F1 for one class a text, micro-F1 for several
    tried = {}
    for settings in itertools.product((25, 100), (0.1, 0.5), (1, 2), (100,)):
        model = train(path, *settings)
        tried[settings] = score(model, "valid", best_threshold(model))[by]
    best = max(tried, key=tried.get)
    begun = time.time()
    model = train(path, *best)
    seconds = time.time() - begun

threshold = best_threshold(model)
exact, macro, micro = score(model, "test", threshold)
chosen = f"validation {'micro' if several else 'macro'}-F1 {tried[best]:.4f}"
print(f"{len(sets['train'])} rows; epochs, rate, word pairs, size: {best}; {chosen}")
if several:
    print(f"test: exact {exact:.4f}, macro-F1 {macro:.4f}, micro-F1 {micro:.4f}; threshold {threshold:.2f}; {seconds:.1f} s")
else:
    print(f"test: accuracy {exact:.4f}, macro-F1 {macro:.4f}; {seconds:.1f} s")
