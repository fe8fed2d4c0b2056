#include "thread_pool.h"

#include <algorithm>
#include <thread>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ulmfit {

namespace {
// About 50 microseconds: longer than threads of one job are apart, shorter than anyone else would notice.
constexpr int kSpins = 2000;
// A worker without work spins even less: the core is TensorFlow's.
constexpr int kIdleSpins = 400;

/** Rounding, and what becomes of numbers that are too small for all their digits; a thread has its own. */
#if defined(__x86_64__)
constexpr uint64_t kHappened = 0x3f;  // not a mode: what has come up so far
uint64_t FloatMode() { return _mm_getcsr() & ~kHappened; }
void SetFloatMode(uint64_t mode) { _mm_setcsr((uint32_t)mode); }
#elif defined(__aarch64__)
uint64_t FloatMode() {
  uint64_t mode;
  asm volatile("mrs %0, fpcr" : "=r"(mode));
  return mode;
}
void SetFloatMode(uint64_t mode) { asm volatile("msr fpcr, %0" : : "r"(mode)); }
#else
uint64_t FloatMode() { return 0; }
void SetFloatMode(uint64_t) {}
#endif
}  // namespace

void Backoff::Pause() {
  if (spins_ <= 0) return std::this_thread::yield();
  spins_--;
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

void Team::Wait() {
  const int round = round_.load(std::memory_order_acquire);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == threads_) {
    arrived_.store(0, std::memory_order_relaxed);
    for (Taken& taken : taken_) taken.counts.store(0, std::memory_order_relaxed);
    round_.store(round + 1, std::memory_order_release);
    return;
  }
  Backoff backoff(spins_);
  while (round_.load(std::memory_order_acquire) == round) {
    if (has_failed_.load(std::memory_order_acquire)) throw Stopped{};
    backoff.Pause();
  }
}

void Team::Do(const std::function<void(int, int, Team&)>& job, int thread) {
  try {
    job(thread, threads_, *this);
  } catch (const Stopped&) {
  } catch (...) {
    if (!is_failing_.exchange(true)) failure_ = std::current_exception();
    has_failed_.store(true, std::memory_order_release);
  }
}

void Team::Rethrow() const {
  if (failure_) std::rethrow_exception(failure_);
}

Team::Items Team::Take(int owner, bool from_front, int64_t items, int64_t most) {
  const int64_t begin = items * owner / threads_, end = items * (owner + 1) / threads_;
  std::atomic<uint64_t>& counts = taken_[owner].counts;
  uint64_t before = counts.load(std::memory_order_relaxed);
  for (;;) {
    const int64_t front = before >> 32, back = before & 0xffffffff, left = end - begin - front - back;
    if (left <= 0) return {0, 0};
    // Few at the end, so that all threads are done at about the same time, but not so few that they are not worth it.
    const int64_t count = std::min(left, std::max((most + 3) / 4, std::min(most, left / 2)));
    const uint64_t after = before + ((uint64_t)count << (from_front ? 32 : 0));
    if (counts.compare_exchange_weak(before, after, std::memory_order_relaxed))
      return {from_front ? begin + front : end - back - count, count};
  }
}

ThreadPool& ThreadPool::Get() {
  static ThreadPool* const pool = new ThreadPool;
  return *pool;
}

void ThreadPool::SetThreads(int threads) {
  std::lock_guard<std::mutex> alone(running_);
  threads_ = std::max(1, threads);
  // With more threads than cores, the one that is waited for needs the core of the one that waits.
  spins_ = threads_ <= (int)std::thread::hardware_concurrency() ? kSpins : 0;
  for (; started_ < threads_; started_++) std::thread(&ThreadPool::Work, this, started_, ticket_.load()).detach();
}

void ThreadPool::Run(const std::function<void(int, int, Team&)>& job, int spins) {
  std::lock_guard<std::mutex> alone(running_);
  Team team(threads_, spins < 0 ? (int)spins_ : spins);
  if (threads_ == 1) return job(0, 1, team);
  job_ = &job;
  team_ = &team;
  float_mode_ = FloatMode();
  taking_part_ = threads_;
  pending_.store(started_ - 1, std::memory_order_relaxed);
  {
    std::lock_guard<std::mutex> lock(sleeping_);
    ticket_.fetch_add(1, std::memory_order_release);
  }
  wake_.notify_all();
  team.Do(job, 0);
  Backoff backoff(spins_);
  while (pending_.load(std::memory_order_acquire) != 0) backoff.Pause();
  team.Rethrow();
}

void ThreadPool::Work(int thread, uint32_t seen) {
  for (;;) {
    int spins = spins_ > 0 ? kIdleSpins : 0;
    for (Backoff backoff(spins); spins > 0 && ticket_.load(std::memory_order_acquire) == seen; spins--) backoff.Pause();
    if (ticket_.load(std::memory_order_acquire) == seen) {
      std::unique_lock<std::mutex> lock(sleeping_);
      wake_.wait(lock, [&] { return ticket_.load(std::memory_order_acquire) != seen; });
    }
    seen++;
    if (thread < taking_part_) {
      SetFloatMode(float_mode_);
      team_->Do(*job_, thread);
    }
    pending_.fetch_sub(1, std::memory_order_release);
  }
}

void ThreadPool::For(int64_t size, int64_t grain, const std::function<void(int64_t, int64_t)>& body) {
  if (size <= grain || threads_ == 1) return body(0, size);
  const int64_t most = std::max(grain, size / threads_ / 8);
  Run([&](int thread, int, Team& team) {
    team.ForEach(thread, size, most, [&](int64_t first, int64_t count) { body(first, first + count); });
  });
}

}  // namespace ulmfit
