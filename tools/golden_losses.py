"""Golden numbers of PyTorch 1.12.1 for packages/awd-lstm/src/classification-loss.test.ts: python tools/golden_losses.py"""
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

torch.set_default_dtype(torch.float64)
logits = [[0.5, -1.25, 2.0], [-0.75, 0.0, 30.0], [-40.0, 1.5, -0.25], [3.0, -2.5, 0.125]]
many = torch.tensor([[1.0, 0, 1], [0, 1, 1], [1, 0, 0], [0, 0, 0]])
one = torch.tensor([2, 1, 0, 0])
weights = torch.tensor([0.5, 2.0, 1.25])

for name, loss in {
    "crossEntropy": lambda x: cross_entropy(x, one),
    "crossEntropy, weighted": lambda x: cross_entropy(x, one, weight=weights),
    "binaryCrossEntropy": lambda x: binary_cross_entropy_with_logits(x, many),
    "binaryCrossEntropy, weighted": lambda x: binary_cross_entropy_with_logits(x, many, pos_weight=weights),
}.items():
    x = torch.tensor(logits, requires_grad=True)
    value = loss(x)
    value.backward()
    print(name, repr(value.item()), [[float(f"{g:.10g}") for g in row] for row in x.grad.tolist()], sep="\n")
