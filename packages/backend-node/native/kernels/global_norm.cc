// The Euclidean norm of many tensors together, each number loaded once.
#include <cmath>

#include "op.h"
#include "sum_of_squares.h"

namespace ulmfit {

namespace {

struct Part {
  const float* data;
  int64_t size;
};

void ComputeGlobalNorm(Call& call, bool) {
  std::vector<Part> parts;
  for (int t = 0; t < call.inputs(); t++) {
    const int64_t size = Elements(call.shape(t));
    for (int64_t i = 0; i < size; i += kSumPart) parts.push_back({call.Input<float>(t) + i, std::min(kSumPart, size - i)});
  }
  float* norm = call.Output(0, {});
  if (!call.ok()) return;
  *norm = (float)std::sqrt(SumParts((int64_t)parts.size(), [&](int64_t p) {
    const auto [data, size] = parts[p];
    return SumOfSquares(size, [data = data](int64_t i, auto n) { return Load(data + i, n); });
  }));
}

}  // namespace

extern const Op kGlobalNorm = {
    "UlmfitGlobalNorm", {"N: int >= 1"}, {"tensors: N * float"}, {"norm: float"}, ComputeGlobalNorm};

}  // namespace ulmfit
