#include "memory.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>
#include <mutex>
#include <new>
#include <set>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace ulmfit {

namespace {

constexpr size_t kLine = 64;
/** Smaller blocks come from the heap; sizes of the others are multiples of a page. */
constexpr size_t kSmall = 1 << 18, kUnit = 1 << 12;

size_t RoundUp(size_t bytes, size_t to) { return (bytes + to - 1) / to * to; }

#if defined(__linux__)
/**
 * One stretch of addresses for all large blocks. What is given back joins the free ranges beside it and stays in memory; a
 * block is cut from the smallest range that holds it. So the next step's blocks come from this step's, whatever their
 * sizes, and together they take little more than what is in use at the worst moment.
 */
class Arena {
 public:
  /** Never destroyed: threads may still compute when the process ends. */
  static Arena& Get() {
    static Arena* const arena = new Arena;
    return *arena;
  }

  bool Owns(const void* data) const { return data >= begin_ && data < end_; }

  /** Null where there is no room. */
  char* Take(size_t bytes) {
    const std::lock_guard<std::mutex> alone(lock_);
    const auto fit = by_size_.lower_bound({bytes, nullptr});
    if (fit == by_size_.end()) return Grow(bytes);
    const auto [size, data] = *fit;
    Remove(data, size);
    if (size > bytes) Insert(data + bytes, size - bytes);
    return data;
  }

  void GiveBack(char* data, size_t bytes) {
    const std::lock_guard<std::mutex> alone(lock_);
    const auto after = free_.upper_bound(data);
    if (after != free_.begin()) {
      const auto [before, size] = *std::prev(after);
      if (before + size == data) {
        Remove(before, size);
        data = before, bytes += size;
      }
    }
    const auto next = free_.find(data + bytes);
    if (next != free_.end()) {
      const auto [begin, size] = *next;
      Remove(begin, size);
      bytes += size;
    }
    Insert(data, bytes);
  }

 private:
  /** Addresses alone, which cost nothing until they are used. */
  static constexpr size_t kReserved = (size_t)1 << 40;
  /** A large page. */
  static constexpr size_t kPage = 1 << 21;

  Arena() {
    void* const begin = mmap(nullptr, kReserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (begin == MAP_FAILED) return;
    begin_ = (char*)begin, end_ = begin_ + kReserved;
    top_ = (char*)RoundUp((uintptr_t)begin, kPage);
  }

  /** A block at the end of what is in use, with the free range that stands there. */
  char* Grow(size_t bytes) {
    char* data = top_;
    if (!free_.empty() && free_.rbegin()->first + free_.rbegin()->second == top_) data = free_.rbegin()->first;
    if (bytes > (size_t)(end_ - data)) return nullptr;
    const size_t more = RoundUp(data + bytes - top_, kPage);
    if (more > (size_t)(end_ - top_) || mprotect(top_, more, PROT_READ | PROT_WRITE) != 0) return nullptr;
    madvise(top_, more, MADV_HUGEPAGE);
    if (data < top_) Remove(data, top_ - data);
    top_ += more;
    if (data + bytes < top_) Insert(data + bytes, top_ - data - bytes);
    return data;
  }

  void Insert(char* data, size_t bytes) {
    free_.emplace(data, bytes);
    by_size_.emplace(bytes, data);
  }

  void Remove(char* data, size_t bytes) {
    free_.erase(data);
    by_size_.erase({bytes, data});
  }

  std::mutex lock_;
  char *begin_ = nullptr, *top_ = nullptr, *end_ = nullptr;
  std::map<char*, size_t> free_;
  std::set<std::pair<size_t, char*>> by_size_;
};
#endif

}  // namespace

Block::Block(size_t bytes) {
#if defined(__linux__)
  if (bytes >= kSmall) {
    bytes_ = RoundUp(bytes, kUnit);
    data_ = Arena::Get().Take(bytes_);
    if (data_ != nullptr) return;
  }
#endif
  data_ = std::aligned_alloc(kLine, RoundUp(std::max<size_t>(bytes, 1), kLine));
  if (data_ == nullptr) throw std::bad_alloc();
}

Block::~Block() {
#if defined(__linux__)
  Arena& arena = Arena::Get();
  if (arena.Owns(data_)) {
    arena.GiveBack((char*)data_, bytes_);
    return;
  }
#endif
  std::free(data_);
}

}  // namespace ulmfit
