"""Writes golden.test-helper.json: what scikit-learn makes of a few texts of our own.

    python golden.test-helper.py        # needs scikit-learn
"""

import json
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

TRAIN = [
    ("The bread rose well, and the bread smelled of rye.", 0),
    ("Knead the dough for ten minutes; let it rest.", 0),
    ("A crust like glass: bake it at 240 degrees.", 0),
    ("Rye, salt, water. Nothing else is in the dough.", 0),
    ("The oven was cold and the bread did not rise at all.", 0),
    ("Our boat left the harbour before the tide turned.", 1),
    ("A cold wind, a small boat and no harbour in sight.", 1),
    ("Salt water got into the engine; we rowed for ten hours.", 1),
    ("The tide did not turn, so the boat had to rest.", 1),
    ("Zoë's boat sails well, even at 12 knots.", 1),
    ("The choir sang in a cold church, and sang well.", 2),
    ("Ten songs, no rest: the choir was tired.", 2),
    ("An old song of the sea, sung at the harbour.", 2),
    ("The organ is the engine of a choir, said Zoë.", 2),
    ("file_name and other odd words are words too.", 2),
    ("Sing it well, or sing it not at all.", 2),
]
TEST = [
    "The bread in the boat was cold.",
    "A choir sang of the tide, the tide, the tide.",
    "Nothing known: xyzzy!",
    "",
    "DOUGH and salt; Zoë rests at the harbour.",
]
# Every text's first letter says whether it has class 1 too, so that some have both classes and some have none.
SEVERAL = [[c for c, yes in ((0, y == 0), (1, t[0] in "TO")) if yes] for t, y in TRAIN]

texts, labels = zip(*TRAIN)
SETTINGS = {
    "binary": dict(C=10.0, ngrams=[1, 2], minCount=1, sublinear=True, classes=2),
    "multinomial": dict(C=10.0, ngrams=[1, 2], minCount=1, sublinear=True, classes=3),
    "balanced": dict(C=2.0, ngrams=[1, 1], minCount=2, sublinear=False, classes=3, balanced=True),
    "several": dict(C=5.0, ngrams=[1, 2], minCount=1, sublinear=True, classes=2, several=True),
}


def golden(setting):
    vectorizer = TfidfVectorizer(
        ngram_range=tuple(setting["ngrams"]), min_df=setting["minCount"], sublinear_tf=setting["sublinear"]
    )
    x = vectorizer.fit_transform(texts)
    model = LogisticRegression(
        C=setting["C"],
        tol=1e-10,
        max_iter=10_000,
        class_weight="balanced" if setting.get("balanced") else None,
    )
    if setting.get("several"):
        y = np.array([[c in own for c in range(2)] for own in SEVERAL], dtype=int)
        model = OneVsRestClassifier(model).fit(x, y)
        coefficients = np.vstack([e.coef_ for e in model.estimators_])
        intercepts = np.concatenate([e.intercept_ for e in model.estimators_])
    else:
        model.fit(x, [min(y, setting["classes"] - 1) for y in labels])
        coefficients, intercepts = model.coef_, model.intercept_
    return {
        **setting,
        "terms": vectorizer.get_feature_names_out().tolist(),
        "coefficients": coefficients.round(6).tolist(),
        "intercepts": intercepts.round(6).tolist(),
        "probabilities": model.predict_proba(vectorizer.transform(TEST)).round(6).tolist(),
    }


data = {
    "train": [{"text": t, "label": y, "several": s} for (t, y), s in zip(TRAIN, SEVERAL)],
    "test": TEST,
    "cases": {name: golden(setting) for name, setting in SETTINGS.items()},
}
Path(__file__).with_suffix(".json").write_text(json.dumps(data, ensure_ascii=False) + "\n", encoding="utf-8")
