#include <atomic>
#include <chrono>
#include <ctime>
#include <exception>
#include <nlohmann/json.hpp>
#include <thread>

#include "shortlist/base/start_thread.h"
#include "shortlist/base/threads.h"
#include "shortlist/bundle/bundle.h"
#include "shortlist/cli/commands.h"
#include "shortlist/cli/words.h"
#include "shortlist/io/json.h"

namespace shortlist {
namespace {

// The bundle's golden queries, sent with the command's options.
std::vector<std::string> request_bodies(const ServedModel& model, const BenchServeCommand& command) {
  nlohmann::json request = {{"k", command.k}, {"retrieve", command.retrieve}};
  if (!command.where.empty()) request["filter"] = command.where;
  std::vector<std::string> bodies;
  const std::string& golden = model.recommender.bundle().golden_json;
  if (!golden.empty()) {
    const nlohmann::json parsed = parse_json(golden, model.path + "/" + kGoldenFile);
    for (const nlohmann::json& asked : parsed.at("requests")) {
      request["query"] = asked.at("query");
      bodies.push_back(dump_json_line(request));
    }
  }
  if (bodies.empty()) bodies.push_back(dump_json_line(request));
  return bodies;
}

double cpu_seconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// Reloads the first model's bundle repeatedly, in parallel with the requests, during its lifetime.
class Swapper {
 public:
  // Starts `swaps` loads, evenly spread over `seconds` if each ends in time.
  Swapper(ModelStore& models, int swaps, double seconds)
      : thread_(start_thread([this, &models, swaps, seconds] {
          try {
            run(models, swaps, seconds);
          } catch (...) {
            thrown_ = std::current_exception();
          }
        })) {}
  ~Swapper() { join(); }
  // Waits for a load in progress, and returns how many loads replaced the model. Rethrows an error of a load.
  int end() {
    join();
    if (thrown_ != nullptr) std::rethrow_exception(thrown_);
    return done_;
  }

 private:
  void join() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  void run(ModelStore& models, int swaps, double seconds) {
    const std::string name = models.find("")->name;
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < swaps && !stop_; ++i) {
      std::this_thread::sleep_until(
          begin + std::chrono::duration_cast<std::chrono::nanoseconds>(
                      std::chrono::duration<double>(seconds * static_cast<double>(i) / swaps)));
      models.reload(name);
      models.release_replaced();
      ++done_;
    }
  }

  std::atomic<bool> stop_ = false;
  std::atomic<int> done_ = 0;
  std::exception_ptr thrown_;
  std::thread thread_;
};

}  // namespace

void run(const BenchServeCommand& command) {
  ModelStore models({parse_model_source(command.bundle)});
  ServerMetrics metrics;
  // All connections come from this machine.
  Limits limits;
  limits.max_connections_per_address = 0;
  Service service(models, metrics, {.limits = limits});
  HttpServer server({.port = 0, .threads = command.threads}, service, metrics);
  LoadOptions load{.port = server.port(),
                   .bodies = request_bodies(*models.find(""), command),
                   .rate = command.rate,
                   .seconds = command.warm_up,
                   .connections = command.connections};
  if (command.warm_up > 0) generate_load(load);
  load.seconds = command.seconds;
  const double generator_before = cpu_seconds(CLOCK_THREAD_CPUTIME_ID),
               all_before = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
  Swapper swapper(models, command.swaps, command.seconds);
  const LoadResult result = generate_load(load);
  const double generator = cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - generator_before,
               all = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - all_before;
  const int swaps = swapper.end();
  const double microseconds = 1e6 / static_cast<double>(std::max<uint64_t>(1, result.answered()));
  print_data(load_text(load, result));
  print_data(fmt::format("processor time per answer: {:.1f} us server, {:.1f} us generator\n",
                         (all - generator) * microseconds, generator * microseconds));
  if (command.swaps > 0) print_data(fmt::format("{} swaps\n", swaps));
  server.drain([] { return false; });
}

}  // namespace shortlist
