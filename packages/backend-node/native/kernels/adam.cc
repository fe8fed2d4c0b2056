// One step of Adam with decoupled weight decay for many tensors in one call, each number loaded and stored once.
#include <cmath>

#include "op.h"
#include "thread_pool.h"
#include "vector.h"

namespace ulmfit {

namespace {

/** What a tensor's step is computed with: `settings[i]` in this order. */
struct Settings {
  float beta1, one_minus_beta1, beta2, one_minus_beta2, rate, epsilon, decay;
};
constexpr int kSettings = 7;

void Step(const Settings& s, const float* p, const float* g, const float* m, const float* v, float* new_p,
          float* new_m, float* new_v, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; i++) {
    const float mean = m[i] * s.beta1 + g[i] * s.one_minus_beta1;
    const float squares = v[i] * s.beta2 + g[i] * g[i] * s.one_minus_beta2;
    new_m[i] = mean;
    new_v[i] = squares;
    new_p[i] = p[i] * s.decay - mean * s.rate / (std::sqrt(squares) + s.epsilon);
  }
}

/** Inputs: parameter, gradient, mean, squares of each tensor in turn, then the settings. */
void ComputeAdam(Call& call, bool) {
  const int tensors = (call.inputs() - 1) / 4, last = call.inputs() - 1;
  if (!call.Require(call.shape(last) == Shape{tensors, kSettings}, "settings [tensors, 7]")) return;
  const auto* settings = (const Settings*)call.Input<float>(last);
  for (int t = 0; t < tensors; t++) {
    const Shape shape = call.shape(4 * t);
    for (int i = 1; i < 4; i++) {
      if (!call.Require(call.shape(4 * t + i) == shape, "the four tensors of a parameter have one shape")) return;
    }
    const auto in = [&](int i) { return call.Input<float>(4 * t + i); };
    float *p = call.Output(3 * t, shape), *m = call.Output(3 * t + 1, shape), *v = call.Output(3 * t + 2, shape);
    if (!call.ok()) return;
    ThreadPool::Get().For(Elements(shape), 16384, [&](int64_t begin, int64_t end) {
      Step(settings[t], in(0), in(1), in(2), in(3), p, m, v, begin, end);
    });
  }
}

}  // namespace

extern const Op kAdamStep = {
    "UlmfitAdamStep", {"N: int >= 4", "M: int >= 3"}, {"tensors: N * float", "settings: float"}, {"updated: M * float"},
    ComputeAdam};

}  // namespace ulmfit
