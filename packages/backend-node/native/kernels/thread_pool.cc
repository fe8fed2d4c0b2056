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

void Barrier::Wait() {
  const int round = round_.load(std::memory_order_acquire);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == threads_) {
    arrived_.store(0, std::memory_order_relaxed);
    round_.store(round + 1, std::memory_order_release);
    return;
  }
  Backoff backoff(spins_);
  while (round_.load(std::memory_order_acquire) == round) backoff.Pause();
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

void ThreadPool::Run(const std::function<void(int, int, Barrier&)>& job) {
  std::lock_guard<std::mutex> alone(running_);
  Barrier barrier(threads_, spins_);
  if (threads_ == 1) return job(0, 1, barrier);
  job_ = &job;
  barrier_ = &barrier;
  taking_part_ = threads_;
  pending_.store(started_ - 1, std::memory_order_relaxed);
  {
    std::lock_guard<std::mutex> lock(sleeping_);
    ticket_.fetch_add(1, std::memory_order_release);
  }
  wake_.notify_all();
  job(0, threads_, barrier);
  Backoff backoff(spins_);
  while (pending_.load(std::memory_order_acquire) != 0) backoff.Pause();
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
    if (thread < taking_part_) (*job_)(thread, taking_part_, *barrier_);
    pending_.fetch_sub(1, std::memory_order_release);
  }
}

void ThreadPool::For(int64_t size, int64_t grain, const std::function<void(int64_t, int64_t)>& body) {
  if (size <= grain || threads_ == 1) return body(0, size);
  Run([&](int thread, int threads, Barrier&) {
    const int64_t parts = std::min<int64_t>(threads, (size + grain - 1) / grain);
    if (thread < parts) body(size * thread / parts, size * (thread + 1) / parts);
  });
}

}  // namespace ulmfit
