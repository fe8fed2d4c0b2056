// Memory for the length of a call and for large results, kept for the next ones: fresh memory costs as much as a pass of
// computation, since the system clears it page by page.
#pragma once
#include <cstddef>
#include <cstdint>

namespace ulmfit {

/** Memory that isn't cleared, on the boundary of a cache line; if large, in large pages where the system has them. */
class Block {
 public:
  explicit Block(size_t bytes);
  ~Block();
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  void* data() const { return data_; }

 private:
  void* data_ = nullptr;
  size_t bytes_ = 0;
};

/** Room for `size` numbers. */
template <class T>
class Scratch {
 public:
  explicit Scratch(int64_t size) : block_(size * sizeof(T)) {}
  T* data() const { return (T*)block_.data(); }

 private:
  const Block block_;
};

}  // namespace ulmfit
