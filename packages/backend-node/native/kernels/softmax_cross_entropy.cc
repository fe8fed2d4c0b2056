// The cross-entropy of each row and the gradient of their sum, while the row is in the cache.
#include <algorithm>
#include <cmath>

#include "op.h"
#include "thread_pool.h"
#include "vector.h"

namespace ulmfit {

namespace {

/** Writes `softmax - onehot` and returns the loss. A target outside the row has no column, as with `oneHot`. */
float Row(const float* logits, int64_t size, int32_t target, float* gradient) {
  const int64_t whole = size / kLanes * kLanes;
  const int rest = (int)(size - whole);
  Vec most = Fill(logits[0]);
  for (int64_t i = 0; i < whole; i += kLanes) {
    const Vec x = Load(logits + i);
    most = x > most ? x : most;
  }
  float largest = MaxLanes(most);
  for (int64_t i = whole; i < size; i++) largest = std::max(largest, logits[i]);

  Vec sums = {};
  for (int64_t i = 0; i < whole; i += kLanes) {
    const Vec e = Exp(Load(logits + i) - largest);
    Store(gradient + i, e);
    sums += e;
  }
  if (rest > 0) {
    // The lanes beyond the row must add nothing.
    float lanes[kLanes] = {};
    Store(lanes, Exp(Load(logits + whole, rest) - largest));
    std::fill(lanes + rest, lanes + kLanes, 0.f);
    Store(gradient + whole, Load(lanes), rest);
    sums += Load(lanes);
  }
  const float sum = SumLanes(sums), share = 1.f / sum;
  for (int64_t i = 0; i < size; i++) gradient[i] *= share;
  float loss = std::log(sum);
  if (target >= 0 && target < size) {
    loss -= logits[target] - largest;
    gradient[target] -= 1.f;
  }
  return loss;
}

void ComputeSoftmaxCrossEntropy(Call& call, bool) {
  const Shape shape = call.shape(0);
  const bool fits = shape.size() == 2 && shape[1] > 0 && call.shape(1) == Shape{shape[0]};
  if (!call.Require(fits, "logits [rows, vocabulary], targets [rows]")) return;
  const float* logits = call.Input<float>(0);
  const int32_t* targets = call.Input<int32_t>(1);
  float* losses = call.Output(0, {shape[0]});
  float* gradient = call.Output(1, shape);
  if (!call.ok()) return;
  const int64_t size = shape[1];
  ThreadPool::Get().For(shape[0], std::max<int64_t>(1, 4096 / size), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) losses[i] = Row(logits + i * size, size, targets[i], gradient + i * size);
  });
}

}  // namespace

extern const Op kSoftmaxCrossEntropy = {"UlmfitSoftmaxCrossEntropy",
                                        {},
                                        {"logits: float", "targets: int32"},
                                        {"losses: float", "gradient: float"},
                                        ComputeSoftmaxCrossEntropy};

}  // namespace ulmfit
