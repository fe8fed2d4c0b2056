// A few threads that live as long as the process. A kernel of some microseconds can't wait for threads to be started.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <vector>

namespace ulmfit {

/** Spins while that is cheap and then gives the core away. */
class Backoff {
 public:
  explicit Backoff(int spins) : spins_(spins) {}
  void Pause();

 private:
  int spins_;
};

/** The threads of one job: how they wait for each other, and how they share out what is to be done until then. */
class Team {
 public:
  Team(int threads, int spins) : threads_(threads), spins_(spins), taken_(threads) {}

  /** Goes on only when all have arrived. Throws where one has failed and never will. */
  void Wait();

  /** Does a thread's part of a job. What it throws is kept, and ends the others' at their next wait. */
  void Do(const std::function<void(int, int, Team&)>& job, int thread);
  /** When all are through: throws what was thrown first. */
  void Rethrow() const;

  /**
   * Calls `body(first, count)` until all `items` are done, by whichever threads: each begins with its own part of them, `most`
   * at a time, and who is through helps the others, from the end of theirs. A core may be slower than another for a while. One
   * such loop between two waits.
   */
  template <class Body>
  void ForEach(int thread, int64_t items, int64_t most, Body&& body) {
    for (int helped = 0; helped < threads_; helped++) {
      const int owner = (thread + helped) % threads_;
      for (;;) {
        const auto [first, count] = Take(owner, owner == thread, items, most);
        if (count == 0) break;
        body(first, count);
      }
    }
  }

 private:
  struct Items {
    int64_t first, count;
  };
  Items Take(int owner, bool from_front, int64_t items, int64_t most);

  /** What a wait throws: its thread did nothing wrong. */
  struct Stopped {};

  const int threads_, spins_;
  std::atomic<int> arrived_{0}, round_{0};
  std::atomic<bool> is_failing_{false}, has_failed_{false};
  std::exception_ptr failure_;
  /** How many items of a thread's part are given away: from its front in the upper half, from its end in the lower. */
  struct alignas(64) Taken {
    std::atomic<uint64_t> counts{0};
  };
  std::vector<Taken> taken_;
};

class ThreadPool {
 public:
  /** The pool of the process. It is never destroyed: its threads may still sleep when the process ends. */
  static ThreadPool& Get();

  /** How many threads take part from the next job on, the caller's among them. */
  void SetThreads(int threads);
  int threads() const { return threads_; }

  /**
   * Runs `job(thread, threads, team)` on all threads and waits for them, spinning so often at each wait, or as long as the
   * pool finds right. Throws what a thread has thrown first.
   */
  void Run(const std::function<void(int, int, Team&)>& job, int spins = -1);

  /** Cuts `[0, size)` into ranges for the threads: `body(begin, end)`. One that is shorter than `grain` is not cut. */
  void For(int64_t size, int64_t grain, const std::function<void(int64_t, int64_t)>& body);

 private:
  void Work(int thread, uint32_t seen);

  std::mutex running_, sleeping_;
  std::condition_variable wake_;
  std::atomic<uint32_t> ticket_{0};
  std::atomic<int> pending_{0};
  const std::function<void(int, int, Team&)>* job_ = nullptr;
  Team* team_ = nullptr;
  std::atomic<int> spins_{0}, threads_{1};
  /** How the caller's thread computes, for all: TensorFlow lets it take the smallest numbers for zero. */
  uint64_t float_mode_ = 0;
  int started_ = 1, taking_part_ = 1;
};

}  // namespace ulmfit
