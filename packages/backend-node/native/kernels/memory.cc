#include "memory.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <mutex>
#include <new>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace ulmfit {

namespace {

constexpr size_t kLine = 64;
/** From here on memory is the system's own: in the heap, blocks that come and go would leave holes. */
constexpr size_t kMapped = 1 << 18, kLargePage = 1 << 21;

size_t RoundUp(size_t bytes, size_t to) { return (bytes + to - 1) / to * to; }

/** Eight sizes from each power of two to the next, so that what is nearly as large takes the same block. */
size_t SizeClass(size_t bytes) {
  size_t step = kLine;
  while (step * 16 < bytes) step *= 2;
  return RoundUp(std::max<size_t>(bytes, 1), step);
}

#if defined(__linux__)
void* Map(size_t bytes) {
  // On the boundary of a large page, where it fills one.
  const size_t unit = bytes >= kLargePage ? kLargePage : 0, room = bytes + unit;
  void* const memory = mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  if (unit == 0) return memory;
  char *const begin = (char*)memory, *const data = (char*)RoundUp((uintptr_t)memory, unit);
  if (data > begin) munmap(begin, data - begin);
  if (begin + room > data + bytes) munmap(data + bytes, begin + room - (data + bytes));
  madvise(data, bytes, MADV_HUGEPAGE);
  return data;
}
#endif

/** `bytes` is a size class. */
void* Allocate(size_t bytes) {
#if defined(__linux__)
  if (bytes >= kMapped) return Map(bytes);
#endif
  return std::aligned_alloc(kLine, bytes);
}

void Release(void* data, size_t bytes) {
#if defined(__linux__)
  if (bytes >= kMapped) {
    munmap(data, bytes);
    return;
  }
#endif
  (void)bytes;
  std::free(data);
}

struct Free {
  void* data;
  size_t bytes;
};

struct Pool {
  std::mutex lock;
  /** The one that was given back first stands first. */
  std::vector<Free> free;
  /** Never destroyed: threads may still compute when the process ends. */
  static Pool& Get() {
    static Pool* const pool = new Pool;
    return *pool;
  }
};

}  // namespace

Block::Block(size_t bytes) : bytes_(SizeClass(bytes)) {
  Pool& pool = Pool::Get();
  const std::lock_guard<std::mutex> alone(pool.lock);
  // The one that was given back last may still be in the cache.
  for (auto it = pool.free.rbegin(); it != pool.free.rend(); ++it) {
    if (it->bytes != bytes_) continue;
    data_ = it->data;
    pool.free.erase(std::next(it).base());
    return;
  }
  // Where none fits, those that were not asked for longest make place: so blocks don't gather.
  size_t room = 0;
  auto end = pool.free.begin();
  for (; end != pool.free.end() && room < bytes_; ++end) {
    room += end->bytes;
    Release(end->data, end->bytes);
  }
  pool.free.erase(pool.free.begin(), end);
  data_ = Allocate(bytes_);
  if (data_ == nullptr) throw std::bad_alloc();
}

Block::~Block() {
  Pool& pool = Pool::Get();
  const std::lock_guard<std::mutex> alone(pool.lock);
  pool.free.push_back({data_, bytes_});
}

}  // namespace ulmfit
