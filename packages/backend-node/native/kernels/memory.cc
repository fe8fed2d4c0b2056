#include "memory.h"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <new>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace ulmfit {

namespace {

constexpr size_t kLargePage = 1 << 21, kLine = 64;

struct Free {
  void* data;
  size_t bytes;
};

struct Pool {
  std::mutex lock;
  std::vector<Free> free;
  /** Never destroyed: threads may still compute when the process ends. */
  static Pool& Get() {
    static Pool* const pool = new Pool;
    return *pool;
  }
};

size_t RoundUp(size_t bytes, size_t to) { return (bytes + to - 1) / to * to; }

}  // namespace

void PreferLargePages(void* memory, size_t bytes) {
#if defined(__linux__)
  const uintptr_t begin = RoundUp((uintptr_t)memory, kLargePage);
  const uintptr_t end = ((uintptr_t)memory + bytes) / kLargePage * kLargePage;
  if (begin < end) madvise((void*)begin, end - begin, MADV_HUGEPAGE);
#else
  (void)memory, (void)bytes;
#endif
}

Block::Block(size_t bytes) {
  bytes = std::max<size_t>(bytes, 1);
  Pool& pool = Pool::Get();
  const std::lock_guard<std::mutex> alone(pool.lock);
  // The smallest that is large enough. Where there is none, the largest makes place: so blocks grow and don't gather.
  auto best = pool.free.end(), largest = pool.free.end();
  for (auto it = pool.free.begin(); it != pool.free.end(); ++it) {
    if (it->bytes >= bytes && (best == pool.free.end() || it->bytes < best->bytes)) best = it;
    if (largest == pool.free.end() || it->bytes > largest->bytes) largest = it;
  }
  if (best != pool.free.end()) {
    data_ = best->data;
    bytes_ = best->bytes;
    pool.free.erase(best);
    return;
  }
  if (largest != pool.free.end()) {
    std::free(largest->data);
    pool.free.erase(largest);
  }
  const size_t unit = bytes >= kLargePage ? kLargePage : kLine;
  bytes_ = RoundUp(bytes, unit);
  data_ = std::aligned_alloc(unit, bytes_);
  if (data_ == nullptr) throw std::bad_alloc();
  PreferLargePages(data_, bytes_);
}

Block::~Block() {
  Pool& pool = Pool::Get();
  const std::lock_guard<std::mutex> alone(pool.lock);
  pool.free.push_back({data_, bytes_});
}

}  // namespace ulmfit
