"""Makes golden.test-helper.json: invented probabilities, and scikit-learn's figures for them.

Needs scikit-learn and scipy (made with 1.9.1 and 1.17.1). From the root of the repository:
python packages/pipeline/src/judge/golden.test-helper.py
npx prettier --write packages/pipeline/src/judge/golden.test-helper.json
"""

import json
from pathlib import Path

import numpy as np
from scipy import optimize, special, stats
from sklearn import metrics

BINS = 15
rng = np.random.default_rng(7)


def shares(rows, classes):
    """Rows that sum to 1 exactly: shares of 1024, with ties and zeros among them."""
    weights = rng.dirichlet(np.full(classes, 0.6), rows)
    counts = np.floor(weights * 1024).astype(int)
    counts[np.arange(rows), counts.argmax(1)] += 1024 - counts.sum(1)
    return counts / 1024


def figures(p, r, f):
    return {"precision": p, "recall": r, "f1": f}


def averages(truth, predicted, kinds):
    return {
        kind: figures(
            *metrics.precision_recall_fscore_support(truth, predicted, average=kind, zero_division=0)[:3]
        )
        for kind in kinds
    }


def by_class(truth, predicted, classes):
    each = metrics.precision_recall_fscore_support(
        truth, predicted, labels=range(classes), zero_division=0
    )
    return [{**figures(p, r, f), "support": int(s)} for p, r, f, s in zip(*each)]


def calibration_error(confidence, right):
    edges = np.linspace(0, 1, BINS + 1)
    error = 0.0
    for low, high in zip(edges, edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if low == 0:
            inside |= confidence == 0
        if inside.any():
            error += inside.mean() * abs(confidence[inside].mean() - right[inside].mean())
    return error


def one_label(rows, classes, skill, absent=None):
    probabilities = shares(rows, classes)
    guess = probabilities.argmax(1)
    truth = np.where(rng.random(rows) < skill, guess, rng.integers(0, classes, rows))
    if absent is not None:
        truth[truth == absent] = 0
    areas = [
        metrics.roc_auc_score(truth == c, probabilities[:, c])
        for c in range(classes)
        if 0 < (truth == c).sum() < rows
    ]
    right = int((guess == truth).sum())
    interval = stats.binomtest(right, rows).proportion_ci(method="wilson")
    majority = np.bincount(truth).max() / rows
    return {
        "probabilities": probabilities.tolist(),
        "truth": truth.tolist(),
        "accuracy": metrics.accuracy_score(truth, guess),
        "accuracyInterval": [interval.low, interval.high],
        "logLoss": metrics.log_loss(truth, probabilities, labels=range(classes)),
        "rocAuc": areas[1] if classes == 2 else float(np.mean(areas)),
        "perClass": by_class(truth, guess, classes),
        **averages(truth, guess, ["macro", "weighted"]),
        "kappa": metrics.cohen_kappa_score(truth, guess),
        "calibrationError": calibration_error(probabilities.max(1), guess == truth),
        "confusion": metrics.confusion_matrix(truth, guess, labels=range(classes)).tolist(),
        "binomialTail": stats.binomtest(right, rows, majority, alternative="greater").pvalue,
    }


def several_labels(rows, classes):
    probabilities = np.round(rng.beta(0.6, 1.2, (rows, classes)) * 1024) / 1024
    truth = (rng.random((rows, classes)) < 0.75 * probabilities + 0.1).astype(int)
    thresholds = [0.25, 0.5, 0.625, 0.375][:classes]
    guess = (probabilities >= thresholds).astype(int)
    return {
        "probabilities": probabilities.tolist(),
        "truth": [np.flatnonzero(row).tolist() for row in truth],
        "thresholds": thresholds,
        "accuracy": metrics.accuracy_score(truth, guess),
        "hammingLoss": metrics.hamming_loss(truth, guess),
        "logLoss": float(
            np.mean([metrics.log_loss(truth[:, c], probabilities[:, c]) for c in range(classes)])
        ),
        "rocAuc": metrics.roc_auc_score(truth, probabilities, average="macro"),
        "perClass": by_class(truth, guess, classes),
        **averages(truth, guess, ["micro", "macro", "weighted"]),
        "calibrationError": calibration_error(probabilities.ravel(), truth.ravel()),
    }


def temperature(rows, classes):
    logits = np.round(rng.normal(0, 3, (rows, classes)), 2)
    truth = np.where(rng.random(rows) < 0.5, logits.argmax(1), rng.integers(0, classes, rows))

    def loss(log):
        scores = logits / np.exp(log)
        picked = (scores - special.logsumexp(scores, axis=1, keepdims=True))[np.arange(rows), truth]
        return -picked.mean() + log**2 / (2 * rows)

    best = optimize.minimize_scalar(loss, bounds=(-2, 3), method="bounded", options={"xatol": 1e-12})
    return {"logits": logits.tolist(), "truth": truth.tolist(), "temperature": float(np.exp(best.x))}


golden = {
    "two": one_label(60, 2, 0.5),
    "four": one_label(80, 4, 0.4, absent=2),
    "several": several_labels(50, 4),
    "temperature": temperature(40, 3),
}
Path(__file__).with_suffix(".json").write_text(json.dumps(golden))
