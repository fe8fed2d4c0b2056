// Sums and gathers between processes over MPI. One thread does all that MPI is asked for, so MPI_THREAD_FUNNELED suffices and JavaScript's
// thread never waits. Messages go from rank to rank, not through MPI's own collectives: so the order of each sum is ours, the same for any
// library, and a rank that does not answer has a name.
#include <mpi.h>
#include <node_api.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

int g_rank = 0;
int g_size = 1;
/** Each exchange has a tag of its own: a rank that makes another call than the others is not answered by mistake. */
int64_t g_exchange = 0;

/** A failed exchange, in words. */
struct Failure {
  std::string message;
};

void Check(int code, const char* what) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw Failure{std::string(what) + ": " + std::string(text, length)};
}

/** Messages under way, and from or to whom. */
class Exchange {
 public:
  explicit Exchange(double seconds)
      : tag_(static_cast<int>(g_exchange++ % 32000)),
        deadline_(Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds))) {}

  void Send(const void* data, size_t count, MPI_Datatype type, int rank) {
    MPI_Request request;
    Check(MPI_Isend(data, static_cast<int>(count), type, rank, tag_, MPI_COMM_WORLD, &request), "send");
    requests_.push_back(request);
    peers_.push_back(rank);
  }

  void Receive(void* data, size_t count, MPI_Datatype type, int rank) {
    MPI_Request request;
    Check(MPI_Irecv(data, static_cast<int>(count), type, rank, tag_, MPI_COMM_WORLD, &request), "receive");
    requests_.push_back(request);
    peers_.push_back(rank);
  }

  /** Sleeps between looks, which costs next to nothing: to spin would take a core from the ranks that still compute. */
  void Wait() {
    for (int looks = 0;; ++looks) {
      int done = 0;
      Check(MPI_Testall(static_cast<int>(requests_.size()), requests_.data(), &done, MPI_STATUSES_IGNORE), "wait");
      if (done) return;
      if (looks < 64) {
        std::this_thread::yield();
        continue;
      }
      if (Clock::now() > deadline_) throw Failure{Missing()};
      std::this_thread::sleep_for(std::chrono::microseconds(looks < 1000 ? 50 : 200));
    }
  }

 private:
  std::string Missing() {
    std::string ranks;
    std::vector<bool> named(g_size, false);
    for (size_t i = 0; i < requests_.size(); ++i) {
      int done = 0;
      if (requests_[i] == MPI_REQUEST_NULL) continue;
      if (MPI_Test(&requests_[i], &done, MPI_STATUS_IGNORE) == MPI_SUCCESS && done) continue;
      if (named[peers_[i]]) continue;
      named[peers_[i]] = true;
      ranks += (ranks.empty() ? "" : ", ") + std::to_string(peers_[i]);
    }
    return "no answer from rank " + ranks;
  }

  int tag_;
  Clock::time_point deadline_;
  std::vector<MPI_Request> requests_;
  std::vector<int> peers_;
};

uint16_t ToBfloat16(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, 4);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<uint16_t>((bits >> 16) | 0x40u);
  return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

float FromBfloat16(uint16_t half) {
  const uint32_t bits = static_cast<uint32_t>(half) << 16;
  float value;
  std::memcpy(&value, &bits, 4);
  return value;
}

size_t StartOf(size_t length, int rank) { return length * rank / g_size; }

/** Adds up the ranks' rows of `width` numbers in a binary tree over their numbers; the sum is in the first row then. */
void TreeSum(std::vector<float>& rows, size_t width) {
  for (int step = 1; step < g_size; step *= 2) {
    for (int rank = 0; rank + step < g_size; rank += 2 * step) {
      float* into = rows.data() + rank * width;
      const float* from = rows.data() + (rank + step) * width;
      for (size_t i = 0; i < width; ++i) into[i] += from[i];
    }
  }
}

/** Each rank adds up its part of the numbers of all, then hands it to all: as many bytes as a ring, in an order of our own. */
void Sum(float* values, size_t length, double seconds) {
  const size_t start = StartOf(length, g_rank);
  const size_t width = StartOf(length, g_rank + 1) - start;
  std::vector<float> rows(width * g_size);
  std::memcpy(rows.data() + width * g_rank, values + start, width * sizeof(float));
  Exchange parts(seconds);
  for (int rank = 0; rank < g_size; ++rank) {
    if (rank == g_rank) continue;
    parts.Receive(rows.data() + width * rank, width, MPI_FLOAT, rank);
  }
  for (int rank = 0; rank < g_size; ++rank) {
    if (rank == g_rank) continue;
    const size_t from = StartOf(length, rank);
    parts.Send(values + from, StartOf(length, rank + 1) - from, MPI_FLOAT, rank);
  }
  parts.Wait();
  TreeSum(rows, width);
  std::memcpy(values + start, rows.data(), width * sizeof(float));
  Exchange sums(seconds);
  for (int rank = 0; rank < g_size; ++rank) {
    if (rank == g_rank) continue;
    const size_t from = StartOf(length, rank);
    sums.Receive(values + from, StartOf(length, rank + 1) - from, MPI_FLOAT, rank);
    sums.Send(rows.data(), width, MPI_FLOAT, rank);
  }
  sums.Wait();
}

/** The same with half of the bytes: rounded to bfloat16 on the way, added up in float32, rounded once more. */
void SumRounded(float* values, size_t length, double seconds) {
  const size_t start = StartOf(length, g_rank);
  const size_t width = StartOf(length, g_rank + 1) - start;
  std::vector<uint16_t> own(length);
  for (size_t i = 0; i < length; ++i) own[i] = ToBfloat16(values[i]);
  std::vector<uint16_t> received(width * g_size);
  std::memcpy(received.data() + width * g_rank, own.data() + start, width * sizeof(uint16_t));
  Exchange parts(seconds);
  for (int rank = 0; rank < g_size; ++rank) {
    if (rank == g_rank) continue;
    parts.Receive(received.data() + width * rank, width, MPI_UINT16_T, rank);
  }
  for (int rank = 0; rank < g_size; ++rank) {
    if (rank == g_rank) continue;
    const size_t from = StartOf(length, rank);
    parts.Send(own.data() + from, StartOf(length, rank + 1) - from, MPI_UINT16_T, rank);
  }
  parts.Wait();
  std::vector<float> rows(width * g_size);
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = FromBfloat16(received[i]);
  TreeSum(rows, width);
  for (size_t i = 0; i < width; ++i) received[i] = ToBfloat16(rows[i]);
  std::memcpy(own.data() + start, received.data(), width * sizeof(uint16_t));
  Exchange sums(seconds);
  for (int rank = 0; rank < g_size; ++rank) {
    if (rank == g_rank) continue;
    const size_t from = StartOf(length, rank);
    sums.Receive(own.data() + from, StartOf(length, rank + 1) - from, MPI_UINT16_T, rank);
    sums.Send(received.data(), width, MPI_UINT16_T, rank);
  }
  sums.Wait();
  for (size_t i = 0; i < length; ++i) values[i] = FromBfloat16(own[i]);
}

/** What each rank gives, one after the other. */
std::vector<std::string> Gather(const uint8_t* data, size_t length, double seconds) {
  std::vector<uint64_t> lengths(g_size, length);
  const uint64_t own = length;
  Exchange sizes(seconds);
  for (int rank = 0; rank < g_size; ++rank) {
    if (rank == g_rank) continue;
    sizes.Receive(&lengths[rank], 1, MPI_UINT64_T, rank);
    sizes.Send(&own, 1, MPI_UINT64_T, rank);
  }
  sizes.Wait();
  std::vector<std::string> all(g_size);
  Exchange bytes(seconds);
  for (int rank = 0; rank < g_size; ++rank) {
    if (rank == g_rank) {
      all[rank].assign(reinterpret_cast<const char*>(data), length);
      continue;
    }
    all[rank].resize(lengths[rank]);
    bytes.Receive(all[rank].data(), lengths[rank], MPI_BYTE, rank);
    bytes.Send(data, length, MPI_BYTE, rank);
  }
  bytes.Wait();
  return all;
}

/** Runs jobs one after the other on a thread of its own. */
class Worker {
 public:
  void Run(std::function<void()> job) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      jobs_.push_back(std::move(job));
      if (!started_) {
        started_ = true;
        std::thread([this] { Loop(); }).detach();
      }
    }
    wake_.notify_one();
  }

 private:
  void Loop() {
    for (;;) {
      std::function<void()> job;
      {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [this] { return !jobs_.empty(); });
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      job();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  bool started_ = false;
};

/** Never freed: its thread outlives what runs at the process's end. */
Worker& TheWorker() {
  static Worker* worker = new Worker;
  return *worker;
}

napi_value ToText(napi_env env, const std::string& text) {
  napi_value value;
  napi_create_string_utf8(env, text.data(), text.size(), &value);
  return value;
}

/** A promise, the work that it waits for, and what the work leaves for JavaScript's thread to make its value of. */
struct Task {
  napi_deferred deferred = nullptr;
  napi_threadsafe_function done = nullptr;
  /** Keeps the memory that the work reads or writes. */
  napi_ref held = nullptr;
  std::function<void()> work;
  std::function<napi_value(napi_env)> value;
  std::string failure;
};

void Settle(napi_env env, napi_value, void*, void* data) {
  std::unique_ptr<Task> task(static_cast<Task*>(data));
  if (env == nullptr) return;
  if (task->held != nullptr) napi_delete_reference(env, task->held);
  if (task->failure.empty()) {
    napi_resolve_deferred(env, task->deferred, task->value(env));
  } else {
    napi_value error;
    napi_create_error(env, nullptr, ToText(env, task->failure), &error);
    napi_reject_deferred(env, task->deferred, error);
  }
  napi_release_threadsafe_function(task->done, napi_tsfn_release);
}

napi_value Start(napi_env env, std::unique_ptr<Task> task) {
  napi_value promise;
  napi_create_promise(env, &task->deferred, &promise);
  napi_create_threadsafe_function(env, nullptr, nullptr, ToText(env, "mpi"), 0, 1, nullptr, nullptr, nullptr, Settle,
                                  &task->done);
  Task* raw = task.release();
  TheWorker().Run([raw] {
    try {
      raw->work();
    } catch (const Failure& failure) {
      raw->failure = failure.message;
    }
    napi_call_threadsafe_function(raw->done, raw, napi_tsfn_blocking);
  });
  return promise;
}

std::string Library() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(text, &length);
  return std::string(text, length);
}

/** `library()`: what MPI says of itself, which it does before it starts. */
napi_value LibraryVersion(napi_env env, napi_callback_info) { return ToText(env, Library()); }

/** `connect()`: `{ rank, size, library }` of this process. */
napi_value Connect(napi_env env, napi_callback_info) {
  auto task = std::make_unique<Task>();
  auto library = std::make_shared<std::string>();
  task->work = [library] {
    int provided = 0;
    if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) throw Failure{"MPI did not start"};
    if (provided < MPI_THREAD_FUNNELED) throw Failure{"this MPI was built without threads"};
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_rank(MPI_COMM_WORLD, &g_rank);
    MPI_Comm_size(MPI_COMM_WORLD, &g_size);
    *library = Library();
  };
  task->value = [library](napi_env e) {
    napi_value result, rank, size;
    napi_create_object(e, &result);
    napi_create_int32(e, g_rank, &rank);
    napi_create_int32(e, g_size, &size);
    napi_set_named_property(e, result, "rank", rank);
    napi_set_named_property(e, result, "size", size);
    napi_set_named_property(e, result, "library", ToText(e, *library));
    return result;
  };
  return Start(env, std::move(task));
}

/** `sum(values: Float32Array, seconds: number, rounded: boolean)`: the sum over all ranks, in place. */
napi_value SumValues(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value arguments[3];
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  double seconds = 0;
  bool rounded = false;
  if (count < 3 || napi_get_typedarray_info(env, arguments[0], &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_float32_array || napi_get_value_double(env, arguments[1], &seconds) != napi_ok ||
      napi_get_value_bool(env, arguments[2], &rounded) != napi_ok) {
    napi_throw_type_error(env, nullptr, "sum takes a Float32Array, seconds and whether to round");
    return nullptr;
  }
  auto task = std::make_unique<Task>();
  napi_create_reference(env, arguments[0], 1, &task->held);
  float* values = static_cast<float*>(data);
  task->work = [=] { rounded ? SumRounded(values, length, seconds) : Sum(values, length, seconds); };
  task->value = [](napi_env e) {
    napi_value undefined;
    napi_get_undefined(e, &undefined);
    return undefined;
  };
  return Start(env, std::move(task));
}

/** `gather(bytes: Uint8Array, seconds: number)`: those of each rank. */
napi_value GatherBytes(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  double seconds = 0;
  if (count < 2 || napi_get_typedarray_info(env, arguments[0], &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_uint8_array || napi_get_value_double(env, arguments[1], &seconds) != napi_ok) {
    napi_throw_type_error(env, nullptr, "gather takes a Uint8Array and seconds");
    return nullptr;
  }
  auto task = std::make_unique<Task>();
  napi_create_reference(env, arguments[0], 1, &task->held);
  auto all = std::make_shared<std::vector<std::string>>();
  const uint8_t* bytes = static_cast<const uint8_t*>(data);
  task->work = [=] { *all = Gather(bytes, length, seconds); };
  task->value = [all](napi_env e) {
    napi_value list;
    napi_create_array_with_length(e, all->size(), &list);
    for (size_t i = 0; i < all->size(); ++i) {
      napi_value buffer, array;
      void* into = nullptr;
      const std::string& from = (*all)[i];
      napi_create_arraybuffer(e, from.size(), &into, &buffer);
      if (!from.empty()) std::memcpy(into, from.data(), from.size());
      napi_create_typedarray(e, napi_uint8_array, from.size(), buffer, 0, &array);
      napi_set_element(e, list, i, array);
    }
    return list;
  };
  return Start(env, std::move(task));
}

/** `close()`: leaves MPI in good order, which each rank has to do. */
napi_value Close(napi_env env, napi_callback_info) {
  auto task = std::make_unique<Task>();
  task->work = [] { Check(MPI_Finalize(), "finalize"); };
  task->value = [](napi_env e) {
    napi_value undefined;
    napi_get_undefined(e, &undefined);
    return undefined;
  };
  return Start(env, std::move(task));
}

void Export(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function) == napi_ok) {
    napi_set_named_property(env, exports, name, function);
  }
}

}  // namespace

NAPI_MODULE_INIT() {
  Export(env, exports, "library", LibraryVersion);
  Export(env, exports, "connect", Connect);
  Export(env, exports, "sum", SumValues);
  Export(env, exports, "gather", GatherBytes);
  Export(env, exports, "close", Close);
  return exports;
}
