"""fastText on the rows of a table: the settings with the best validation macro-F1, scored on the test rows.

usage: pip install fasttext-wheel scikit-learn, then
python tools/fasttext_baseline.py DATA.csv[.gz] --text-column title,text --label-column section --split-column split
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
from sklearn.metrics import accuracy_score, f1_score

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("data")
parser.add_argument("--text-column", default="text")
parser.add_argument("--label-column", default="label")
parser.add_argument("--split-column", default="split")
parser.add_argument("--rows-per-class", type=int, help="the first so many training rows of each class")
options = parser.parse_args()

open_text = gzip.open if options.data.endswith(".gz") else open
with open_text(options.data, "rt", encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file))

columns = options.text_column.split(",")
classes = sorted({row[options.label_column] for row in rows})
sets = {"train": [], "valid": [], "test": []}
taken = Counter()
for row in rows:
    label = row[options.label_column]
    if row[options.split_column] == "train":
        taken[label] += 1
        if options.rows_per_class and taken[label] > options.rows_per_class:
            continue
    words = fasttext.tokenize(" ".join(row[column] for column in columns).lower())
    sets[row[options.split_column]].append((classes.index(label), " ".join(words)))


def train(path, epochs, rate, pairs, size):
    return fasttext.train_supervised(
        path, epoch=epochs, lr=rate, wordNgrams=pairs, dim=size, minCount=1, seed=1, thread=1, verbose=0
    )


def score(model, split):
    # Not model.predict: it does not run with a current NumPy.
    predicted = [int(model.f.predict(f"{text}\n", 1, 0.0, "strict")[0][1][9:]) for _, text in sets[split]]
    truth = [label for label, _ in sets[split]]
    return accuracy_score(truth, predicted), f1_score(truth, predicted, average="macro")


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "train.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f"__label__{label} {text}\n" for label, text in sets["train"])
    tried = {}
    for settings in itertools.product((25, 100), (0.1, 0.5), (1, 2), (100,)):
        tried[settings] = score(train(path, *settings), "valid")[1]
    best = max(tried, key=tried.get)
    begun = time.time()
    model = train(path, *best)
    seconds = time.time() - begun

accuracy, macro = score(model, "test")
print(f"{len(sets['train'])} rows; epochs, rate, word pairs, size: {best}; validation macro-F1 {tried[best]:.4f}")
print(f"test: accuracy {accuracy:.4f}, macro-F1 {macro:.4f}; {seconds:.1f} s")
