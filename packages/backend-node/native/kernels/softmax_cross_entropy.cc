// The cross-entropy of each row with its bias, the gradient of the rows' sum and that of the bias, while a row is in the
// cache.
#include <algorithm>
#include <cmath>
#include <limits>

#include "op.h"
#include "thread_pool.h"
#include "vector.h"

namespace ulmfit {

namespace {

/** Rows in as many parts, whatever the number of threads: so the bias's gradient is always summed in one order. */
constexpr int64_t kParts = 16;

/** One row: `buffer` holds the shifted logits, then their powers. Returns their sum and the largest logit. */
struct Powers {
  float sum, largest;
};

Powers RowPowers(const float* logits, const float* bias, int64_t size, float* buffer) {
  Vec most = Fill(-std::numeric_limits<float>::infinity());
  int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    const Vec x = Load(logits + i) + Load(bias + i);
    Store(buffer + i, x);
    most = x > most ? x : most;
  }
  float largest = MaxLanes(most);
  for (; i < size; i++) {
    buffer[i] = logits[i] + bias[i];
    largest = std::max(largest, buffer[i]);
  }
  // NaN never was the largest; it comes back with its own power.
  Vec sums = {};
  for (i = 0; i + kLanes <= size; i += kLanes) {
    const Vec power = Exp(Load(buffer + i) - largest);
    Store(buffer + i, power);
    sums += power;
  }
  float sum = SumLanes(sums);
  if (i < size) {
    float rest[kLanes];
    Store(rest, Exp(Load(buffer + i, (int)(size - i)) - largest));
    for (int lane = 0; i < size; i++, lane++) sum += buffer[i] = rest[lane];
  }
  return {sum, largest};
}

/** A target outside the row has no column, as with `oneHot`. */
float Loss(const float* logits, const float* bias, int64_t size, int32_t target, Powers powers) {
  const float chosen = target >= 0 && target < size ? logits[target] + bias[target] - powers.largest : 0.f;
  return std::log(powers.sum) - chosen;
}

void ComputeSoftmaxCrossEntropy(Call& call, bool needs_gradient) {
  const Shape shape = call.shape(0);
  const bool fits = shape.size() == 2 && call.shape(1) == Shape{shape[1]} && call.shape(2) == Shape{shape[0]};
  if (!call.Require(fits, "logits [rows, vocabulary], bias [vocabulary], targets [rows]")) return;
  const int64_t rows = shape[0], size = shape[1];
  const float *logits = call.Input<float>(0), *bias = call.Input<float>(1);
  const int32_t* targets = call.Input<int32_t>(2);
  float* losses = call.Output(0, {rows});
  float* gradient = call.Output(1, {needs_gradient ? rows : 0, size});
  float* d_bias = call.Output(2, {needs_gradient ? size : 0});
  if (!call.ok()) return;

  const Scratch<float> sums(kParts * size);
  ThreadPool::Get().For(kParts, 1, [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; part++) {
      float* sum = sums.data() + part * size;
      if (needs_gradient) std::fill(sum, sum + size, 0.f);
      for (int64_t row = rows * part / kParts; row < rows * (part + 1) / kParts; row++) {
        float* d = needs_gradient ? gradient + row * size : sum;
        const Powers powers = RowPowers(logits + row * size, bias, size, d);
        losses[row] = Loss(logits + row * size, bias, size, targets[row], powers);
        if (!needs_gradient) continue;
        const float share = 1.f / powers.sum;
        for (int64_t i = 0; i < size; i++) {
          const float p = d[i] * share;
          d[i] = p;
          sum[i] += p;
        }
        if (targets[row] >= 0 && targets[row] < size) {
          d[targets[row]] -= 1.f;
          sum[targets[row]] -= 1.f;
        }
      }
    }
  });
  if (!needs_gradient) return;
  ThreadPool::Get().For(size, 4096, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) d_bias[i] = sums.data()[i];
    for (int64_t part = 1; part < kParts; part++)
      for (int64_t i = begin; i < end; i++) d_bias[i] += sums.data()[part * size + i];
  });
}

}  // namespace

extern const Op kSoftmaxCrossEntropy = {"UlmfitSoftmaxCrossEntropy",
                                        {"needs_gradient: bool"},
                                        {"logits: float", "bias: float", "targets: int32"},
                                        {"losses: float", "gradient: float", "d_bias: float"},
                                        ComputeSoftmaxCrossEntropy,
                                        "needs_gradient"};

}  // namespace ulmfit
