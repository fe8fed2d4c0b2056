// The sum of the squares of a tensor's numbers, or of their changes from step to step of its first axis, and its gradient:
// what AR and TAR are made of. One pass each; the changes are never in memory.
#include "op.h"
#include "sum_of_squares.h"

namespace ulmfit {

namespace {

/** How many numbers a step has. */
int64_t StepSize(const Shape& x) { return x.empty() || x[0] == 0 ? 0 : Elements(x) / x[0]; }

void ComputeSquareSum(Call& call, bool changes) {
  const Shape shape = call.shape(0);
  const int64_t step = changes ? StepSize(shape) : 0, size = Elements(shape) - step;
  const float* x = call.Input<float>(0);
  float* sum = call.Output(0, {});
  if (!call.ok()) return;
  *sum = (float)SumParts((size + kSumPart - 1) / kSumPart, [&](int64_t part) {
    const float* from = x + part * kSumPart;
    const int64_t count = std::min(kSumPart, size - part * kSumPart);
    if (!changes) return SumOfSquares(count, [&](int64_t i, auto n) { return Load(from + i, n); });
    return SumOfSquares(count, [&](int64_t i, auto n) { return Load(from + step + i, n) - Load(from + i, n); });
  });
}

/** Of `size` numbers of a step: those of x, or their change from the step before less that to the step after. */
template <bool kChanges>
void Gradient(const float* x, int64_t step, bool first, bool last, float factor, int64_t size, float* gradient) {
  for (int64_t i = 0; i < size; i += kLanes) {
    const int n = (int)std::min<int64_t>(kLanes, size - i);
    const Vec now = Load(x + i, n);
    Vec d = kChanges ? Vec{} : now;
    if constexpr (kChanges) {
      if (!first) d += now - Load(x + i - step, n);
      if (!last) d -= Load(x + i + step, n) - now;
    }
    Store(gradient + i, d * factor, n);
  }
}

/** `factor` is that of the sum. */
void ComputeSquareSumGrad(Call& call, bool changes) {
  const Shape shape = call.shape(0);
  if (!call.Require(Elements(call.shape(1)) == 1, "factor is one number")) return;
  const float *x = call.Input<float>(0), factor = 2.f * call.Input<float>(1)[0];
  float* gradient = call.Output(0, shape);
  if (!call.ok()) return;
  const int64_t size = Elements(shape), step = changes ? StepSize(shape) : std::min(kSumPart, size);
  if (size == 0) return;
  const int64_t steps = (size + step - 1) / step;
  ThreadPool::Get().For(steps, std::max<int64_t>(1, kSumPart / step), [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; t++) {
      const int64_t at = t * step, count = std::min(step, size - at);
      if (changes) Gradient<true>(x + at, step, t == 0, t + 1 == steps, factor, count, gradient + at);
      else Gradient<false>(x + at, step, false, false, factor, count, gradient + at);
    }
  });
}

}  // namespace

extern const Op kSquareSum = {
    "UlmfitSquareSum", {"changes: bool = false"}, {"x: float"}, {"sum: float"}, ComputeSquareSum, "changes"};

extern const Op kSquareSumGrad = {"UlmfitSquareSumGrad",  {"changes: bool = false"}, {"x: float", "factor: float"},
                                  {"gradient: float"}, ComputeSquareSumGrad,      "changes"};

}  // namespace ulmfit
