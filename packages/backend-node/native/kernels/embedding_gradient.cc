// The gradient of an embedding's rows: those of equal id are added up, in their order.
#include <algorithm>

#include "op.h"
#include "thread_pool.h"
#include "vector.h"

namespace ulmfit {

namespace {

/** `sizes`: the vocabulary, and the id whose row gets nothing, -1 for none. */
void ComputeEmbeddingGrad(Call& call, bool) {
  const Shape dy = call.shape(0), ids = call.shape(1);
  const bool fits = dy.size() == 2 && ids == Shape{dy[0]} && call.shape(2) == Shape{2};
  if (!call.Require(fits, "dy [rows, features], ids [rows], sizes [2]")) return;
  const int32_t *id = call.Input<int32_t>(1), *sizes = call.Input<int32_t>(2);
  const int64_t rows = dy[0], features = dy[1], vocabulary = sizes[0], padding = sizes[1];
  const float* from = call.Input<float>(0);
  float* gradient = call.Output(0, {vocabulary, features});
  if (!call.ok()) return;
  ThreadPool::Get().Run([&](int thread, int threads, Team& team) {
    const int64_t size = vocabulary * features;
    std::fill(gradient + size * thread / threads, gradient + size * (thread + 1) / threads, 0.f);
    team.Wait();
    // Some features each: frequent words are few.
    const int64_t vectors = (features + kLanes - 1) / kLanes;
    const int64_t begin = vectors * thread / threads * kLanes;
    const int64_t end = std::min(features, vectors * (thread + 1) / threads * kLanes);
    for (int64_t row = 0; row < rows; row++) {
      if (id[row] < 0 || id[row] >= vocabulary || id[row] == padding) continue;
      float* to = gradient + id[row] * features;
      for (int64_t i = begin; i < end; i += kLanes) {
        const int n = (int)std::min<int64_t>(kLanes, end - i);
        Store(to + i, Load(to + i, n) + Load(from + row * features + i, n), n);
      }
    }
  });
}

}  // namespace

extern const Op kEmbeddingGrad = {"UlmfitEmbeddingGrad",
                                  {},
                                  {"dy: float", "ids: int32", "sizes: int32"},
                                  {"gradient: float"},
                                  ComputeEmbeddingGrad};

}  // namespace ulmfit
