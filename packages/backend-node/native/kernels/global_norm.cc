// The Euclidean norm of many tensors together, each number loaded once.
#include <algorithm>
#include <cmath>
#include <vector>

#include "op.h"
#include "thread_pool.h"
#include "vector.h"

namespace ulmfit {

namespace {

/** Numbers that are summed in float; the sums of such parts are added up in double, in one order for any threads. */
constexpr int64_t kPart = 1 << 14;

struct Part {
  const float* data;
  int64_t size;
};

float SumOfSquares(const Part& part) {
  constexpr int kSums = 4;
  Vec sums[kSums] = {};
  int64_t i = 0;
  for (; i + kSums * kLanes <= part.size; i += kSums * kLanes) {
    ULMFIT_UNROLL
    for (int q = 0; q < kSums; q++) {
      const Vec x = Load(part.data + i + q * kLanes);
      sums[q] += x * x;
    }
  }
  for (; i < part.size; i += kLanes) {
    const Vec x = Load(part.data + i, (int)std::min<int64_t>(kLanes, part.size - i));
    sums[0] += x * x;
  }
  return SumLanes((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

void ComputeGlobalNorm(Call& call, bool) {
  std::vector<Part> parts;
  for (int t = 0; t < call.inputs(); t++) {
    const int64_t size = Elements(call.shape(t));
    for (int64_t i = 0; i < size; i += kPart) parts.push_back({call.Input<float>(t) + i, std::min(kPart, size - i)});
  }
  float* norm = call.Output(0, {});
  if (!call.ok()) return;
  std::vector<float> sums(parts.size());
  ThreadPool::Get().For((int64_t)parts.size(), 2, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) sums[i] = SumOfSquares(parts[i]);
  });
  double total = 0;
  for (const float sum : sums) total += sum;
  *norm = (float)std::sqrt(total);
}

}  // namespace

extern const Op kGlobalNorm = {
    "UlmfitGlobalNorm", {"N: int >= 1"}, {"tensors: N * float"}, {"norm: float"}, ComputeGlobalNorm};

}  // namespace ulmfit
