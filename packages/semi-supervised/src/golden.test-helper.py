"""Adversarial and virtual adversarial training by PyTorch: losses and gradients of the model of texts.test-helper.ts.

usage: python golden.test-helper.py < directions.json > golden.test-helper.json
where directions.json is the first direction that the plugin draws, [time, texts, features].
"""

import json
import sys

import torch

torch.set_default_dtype(torch.float64)
VOCABULARY, FEATURES, CLASSES, SHARE = 7, 3, 2, 0.1
directions = json.load(sys.stdin)
ids = torch.tensor([[2, 3, 4, 5], [6, 2, 1, 1], [3, 3, 6, 1]])
labels = torch.tensor([0, 1, 1])
mask = (ids != 1).double()[:, :, None]


def sines(rows, columns, start):
    return torch.sin(start + 1.7 * torch.arange(rows * columns).double()).reshape(rows, columns)


weights = {
    "embedding": sines(VOCABULARY, FEATURES, 1),
    "inner": sines(FEATURES, FEATURES, 2),
    "head": sines(FEATURES, CLASSES, 3),
}


def logits(words, inner, head):
    return (torch.tanh(words @ inner) * mask).sum(1) / mask.sum(1) @ head


def norm(x):
    return (x * x).sum((1, 2), keepdim=True).sqrt()


def scaled(x, words):
    x = x * mask
    return x / norm(x) * SHARE * norm(words * mask)


def gradients(loss_of):
    leaves = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    words = leaves["embedding"][ids]
    loss = loss_of(words, leaves["inner"], leaves["head"])
    loss.backward()
    return {"loss": loss.item(), "gradients": {name: leaf.grad.flatten().tolist() for name, leaf in leaves.items()}}


def slope(loss_of):
    """Of a loss of the words, at some words."""
    words = weights["embedding"][ids].requires_grad_()
    loss_of(words).backward()
    return words.grad


cross_entropy = torch.nn.functional.cross_entropy
words = weights["embedding"][ids]
plain = gradients(lambda w, inner, head: cross_entropy(logits(w, inner, head), labels))
g = slope(lambda w: cross_entropy(logits(w, weights["inner"], weights["head"]), labels))
r = scaled(g, words)
adversarial = gradients(lambda w, inner, head: cross_entropy(logits(w + r, inner, head), labels))

said = logits(words, weights["inner"], weights["head"]).detach()


def divergence(changed):
    p = said.softmax(1)
    return (p * (said.log_softmax(1) - changed.log_softmax(1))).sum(1).mean()


d = scaled(torch.tensor(directions).double().transpose(0, 1), words)
g = slope(lambda w: divergence(logits(w + d, weights["inner"], weights["head"])))
r = scaled(g, words)
virtual = gradients(lambda w, inner, head: divergence(logits(w + r, inner, head)))

json.dump({"directions": directions, "plain": plain, "adversarial": adversarial, "virtual": virtual}, sys.stdout, indent=1)
print()
