// Sums of squares over large arrays: parts are summed in float and added up in double, in one order for any threads.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "thread_pool.h"
#include "vector.h"

namespace ulmfit {

/** Numbers that are summed in float. */
constexpr int64_t kSumPart = 1 << 14;

/** Of the numbers that `load(i, n)` gives: up to `n` from i on, and zeros. */
template <class Load>
float SumOfSquares(int64_t size, Load&& load) {
  constexpr int kSums = 4;
  Vec sums[kSums] = {};
  int64_t i = 0;
  for (; i + kSums * kLanes <= size; i += kSums * kLanes) {
    ULMFIT_UNROLL
    for (int q = 0; q < kSums; q++) {
      const Vec x = load(i + q * kLanes, std::integral_constant<int, kLanes>{});
      sums[q] += x * x;
    }
  }
  for (; i < size; i += kLanes) {
    const Vec x = load(i, (int)std::min<int64_t>(kLanes, size - i));
    sums[0] += x * x;
  }
  return SumLanes((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

/** The sum of what `sum(part)` gives for each part, on all threads. */
template <class Sum>
double SumParts(int64_t parts, Sum&& sum) {
  std::vector<float> sums(parts);
  ThreadPool::Get().For(parts, 2, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) sums[i] = sum(i);
  });
  double total = 0;
  for (const float part : sums) total += part;
  return total;
}

}  // namespace ulmfit
