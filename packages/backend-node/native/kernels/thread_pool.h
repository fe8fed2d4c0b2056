// A few threads that live as long as the process. A kernel of some microseconds can't wait for threads to be started.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

namespace ulmfit {

/** Spins while that is cheap and then gives the core away. */
class Backoff {
 public:
  explicit Backoff(int spins) : spins_(spins) {}
  void Pause();

 private:
  int spins_;
};

/** Lets the threads of one job go on only when all have arrived. */
class Barrier {
 public:
  Barrier(int threads, int spins) : threads_(threads), spins_(spins) {}
  void Wait();

 private:
  const int threads_, spins_;
  std::atomic<int> arrived_{0}, round_{0};
};

class ThreadPool {
 public:
  /** The pool of the process. It is never destroyed: its threads may still sleep when the process ends. */
  static ThreadPool& Get();

  /** How many threads take part from the next job on, the caller's among them. */
  void SetThreads(int threads);
  int threads() const { return threads_; }

  /** Runs `job(thread, threads, barrier)` on all threads and waits for them. */
  void Run(const std::function<void(int, int, Barrier&)>& job);

  /** Cuts `[0, size)` into one range a thread: `body(begin, end)`. Ranges shorter than `grain` take fewer threads. */
  void For(int64_t size, int64_t grain, const std::function<void(int64_t, int64_t)>& body);

 private:
  void Work(int thread, uint32_t seen);

  std::mutex running_, sleeping_;
  std::condition_variable wake_;
  std::atomic<uint32_t> ticket_{0};
  std::atomic<int> pending_{0};
  const std::function<void(int, int, Barrier&)>* job_ = nullptr;
  Barrier* barrier_ = nullptr;
  std::atomic<int> spins_{0};
  int threads_ = 1, started_ = 1, taking_part_ = 1;
};

}  // namespace ulmfit
