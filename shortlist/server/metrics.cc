#include "shortlist/server/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>

namespace shortlist {
namespace {

using prometheus::Histogram;

const Histogram::BucketBoundaries kSeconds = {20e-6, 50e-6, 100e-6, 200e-6, 300e-6, 500e-6, 1e-3, 2e-3, 5e-3,
                                              10e-3, 25e-3, 50e-3,  100e-3, 250e-3, 500e-3, 1,    2.5,  10};

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double open_files() {
  std::error_code error;
  double count = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
       at.increment(error))
    ++count;
  return count;
}

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double unix_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

template <typename Builder>
auto& add_family(prometheus::Registry& registry, Builder builder, const char* name, const char* help) {
  return builder.Name(name).Help(help).Register(registry);
}

}  // namespace

struct ServerMetrics::State {
  State() { started.Set(unix_seconds()); }

  struct Operation {
    std::map<int, prometheus::Counter*> by_status;
    Histogram* seconds = nullptr;
  };

  Operation& operation(std::string_view name) {
    const auto at = operations.find(name);
    if (at != operations.end()) return at->second;
    Operation& made = operations[std::string(name)];
    made.seconds = &request_seconds.Add({{"operation", std::string(name)}}, kSeconds);
    return made;
  }

  Histogram& stage(const char* name) { return stage_seconds.Add({{"stage", name}}, kSeconds); }

  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests =
      add_family(registry, prometheus::BuildCounter(), "http_requests_total",
                 "Answered requests, by operation and status");
  prometheus::Family<Histogram>& request_seconds =
      add_family(registry, prometheus::BuildHistogram(), "http_request_duration_seconds",
                 "Seconds from a request's last byte to its answer");
  prometheus::Family<Histogram>& stage_seconds =
      add_family(registry, prometheus::BuildHistogram(), "shortlist_stage_duration_seconds",
                 "Seconds in each stage of an answer");
  prometheus::Family<prometheus::Counter>& rejected =
      add_family(registry, prometheus::BuildCounter(), "shortlist_rejected_total",
                 "Rejected requests and connections, by reason");
  prometheus::Family<prometheus::Counter>& reloads = add_family(
      registry, prometheus::BuildCounter(), "model_reload_total", "Attempts to load a bundle, by result");
  prometheus::Family<prometheus::Gauge>& model_info = add_family(
      registry, prometheus::BuildGauge(), "model_info", "1 for the version that each model serves");
  prometheus::Family<prometheus::Gauge>& model_items = add_family(
      registry, prometheus::BuildGauge(), "shortlist_model_items", "Items in the model's catalogue");
  prometheus::Family<prometheus::Gauge>& model_loaded =
      add_family(registry, prometheus::BuildGauge(), "shortlist_model_loaded_timestamp_seconds",
                 "Time at which the version was loaded");
  prometheus::Gauge& connections =
      add_family(registry, prometheus::BuildGauge(), "shortlist_connections", "Open connections").Add({});
  prometheus::Gauge& started = add_family(registry, prometheus::BuildGauge(), "process_start_time_seconds",
                                          "Start time of the process")
                                   .Add({});
  prometheus::Gauge& resident =
      add_family(registry, prometheus::BuildGauge(), "process_resident_memory_bytes", "Resident memory")
          .Add({});
  prometheus::Gauge& files =
      add_family(registry, prometheus::BuildGauge(), "process_open_fds", "Open file descriptors").Add({});
  prometheus::Gauge& cpu =
      add_family(registry, prometheus::BuildGauge(), "process_cpu_seconds_total", "Processor time used")
          .Add({});
  Histogram &parse = stage("parse"), &embed = stage("embed"), &retrieve = stage("retrieve"),
            &filter = stage("filter"), &rank = stage("rank"), &write = stage("write");

  std::mutex mutex;
  std::map<std::string, Operation, std::less<>> operations;
  std::map<std::string, prometheus::Gauge*> info;  // by model
};

ServerMetrics::ServerMetrics() : state_(std::make_unique<State>()) {}
ServerMetrics::~ServerMetrics() = default;

void ServerMetrics::observe_request(std::string_view name, int status, double seconds) {
  prometheus::Counter* counter = nullptr;
  Histogram* histogram = nullptr;
  {
    std::lock_guard lock(state_->mutex);
    State::Operation& operation = state_->operation(name);
    counter = operation.by_status[status];
    if (counter == nullptr) {
      counter = operation.by_status[status] =
          &state_->requests.Add({{"operation", std::string(name)}, {"code", std::to_string(status)}});
    }
    histogram = operation.seconds;
  }
  counter->Increment();
  histogram->Observe(seconds);
}

void ServerMetrics::observe_stages(const Stages& stages) {
  const auto observe = [](Histogram& histogram, double seconds) {
    if (seconds > 0) histogram.Observe(seconds);
  };
  observe(state_->parse, stages.parse);
  observe(state_->filter, stages.engine.filter);
  observe(state_->embed, stages.engine.embed);
  observe(state_->retrieve, stages.engine.retrieve);
  observe(state_->rank, stages.engine.rank);
  observe(state_->write, stages.write);
}

void ServerMetrics::count_rejected(std::string_view reason) {
  state_->rejected.Add({{"reason", std::string(reason)}}).Increment();
}

void ServerMetrics::count_reload(std::string_view model, bool succeeded) {
  state_->reloads.Add({{"model", std::string(model)}, {"result", succeeded ? "success" : "failure"}})
      .Increment();
}

void ServerMetrics::set_model(std::string_view model, std::string_view version, int64_t items) {
  const std::string name(model);
  std::lock_guard lock(state_->mutex);
  prometheus::Gauge*& info = state_->info[name];
  if (info != nullptr) state_->model_info.Remove(info);
  info = &state_->model_info.Add({{"model", name}, {"version", std::string(version)}});
  info->Set(1);
  state_->model_items.Add({{"model", name}}).Set(static_cast<double>(items));
  state_->model_loaded.Add({{"model", name}}).Set(unix_seconds());
}

void ServerMetrics::connection_opened() { state_->connections.Increment(); }
void ServerMetrics::connection_closed() { state_->connections.Decrement(); }

std::string ServerMetrics::text() const {
  state_->resident.Set(resident_bytes());
  state_->files.Set(open_files());
  state_->cpu.Set(cpu_seconds());
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace shortlist
