#include "shortlist/server/serve.h"

#include <csignal>
#include <utility>

#include "shortlist/index/instructions.h"
#include "shortlist/server/http/descriptors.h"
#include "shortlist/server/loading.h"
#include "shortlist/server/log.h"
#include "shortlist/server/reload.h"

namespace shortlist {
namespace {

// The signals that serve() waits for. They are blocked during its lifetime, and in all threads created
// meanwhile.
class SignalQueue {
 public:
  SignalQueue() {
    sigemptyset(&set_);
    for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set_, signal);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  // Signals that are still pending have no effect any more.
  ~SignalQueue() {
    while (wait(0) != 0) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

  // Returns the signal, or 0 on a timeout.
  int wait(int seconds) const {
    const timespec time{seconds, 0};
    const int signal = sigtimedwait(&set_, nullptr, &time);
    return signal > 0 ? signal : 0;
  }

 private:
  sigset_t set_, before_;
};

bool ends(int signal) { return signal == SIGTERM || signal == SIGINT; }

void reload_all(ModelStore& models, ServerMetrics& metrics, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    try {
      reload_model(models, metrics, name);
    } catch (const std::exception&) {
      // The error is in the log, and the old model is kept.
    }
  }
}

std::vector<std::string> names_of(const std::vector<ModelPtr>& models) {
  std::vector<std::string> names;
  for (const ModelPtr& model : models) names.push_back(model->name);
  return names;
}

// Logs success or failure.
template <typename Load>
void reload_secret(const char* done, const char* failed, Load load) {
  try {
    load();
    log(done, {});
  } catch (const std::exception& error) {
    log(failed, {{"error", error.what()}});
  }
}

// Reloaded independently: a bad certificate must not keep a revoked key valid.
void reload_secrets(const ServeOptions& options, Service& service, HttpServer& server) {
  if (!options.keys.empty()) {
    reload_secret("keys loaded", "keys not loaded; the old ones are kept",
                  [&] { service.set_keys(KeyRing::load(options.keys)); });
  }
  if (!options.server.tls_certificate.empty()) {
    reload_secret("certificate loaded", "certificate not loaded; the old one is kept",
                  [&] { server.load_certificate(); });
  }
}

// Reloads changed models in the background while the server runs and may be stopped.
class Reloads {
 public:
  Reloads(const ServeOptions& options, ModelStore& models, ServerMetrics& metrics, Service& service,
          HttpServer& server)
      : options_(options), models_(models), metrics_(metrics), service_(service), server_(server) {}

  // Requests a reload of everything.
  void ask() { asked_ = true; }

  // Starts a pending reload, unless one is running.
  void go_on() {
    if (job_.is_running()) return;
    const bool all = std::exchange(asked_, false);
    if (!all && !options_.watch) return;
    const bool poll = options_.watch && models_.is_poll_due();
    const std::vector<std::string> names = all ? names_of(models_.all()) : models_.changed();
    if (!all && !poll && names.empty()) return;
    try {
      job_.start([this, all, poll, names] {
        reload_all(models_, metrics_, names);
        if (poll) reload_polled();
        if (all) reload_secrets(options_, service_, server_);
      });
    } catch (const Error& error) {
      log("not reloaded; trying again", {{"error", error.message()}});
      asked_ = all;
    }
  }

 private:
  void reload_polled() {
    const ModelStore::Polled polled = models_.poll();
    for (const auto& [name, error] : polled.failed)
      log("cannot look for a new bundle; trying again", {{"model", name}, {"error", error}});
    reload_all(models_, metrics_, polled.changed);
  }

  const ServeOptions& options_;
  ModelStore& models_;
  ServerMetrics& metrics_;
  Service& service_;
  HttpServer& server_;
  bool asked_ = false;
  BackgroundJob job_;
};

// Refuses to admit everyone by accident, and warns if keys can be read on the network.
void check_exposure(const ServeOptions& options) {
  if (is_loopback(options.server.address)) return;
  if (options.keys.empty() && !options.without_keys) {
    throw usage_error(
        "{} can be reached from other machines: set --keys FILE (shortlist key makes keys), or "
        "--without-keys to answer anyone",
        options.server.address);
  }
  if (options.server.tls_certificate.empty())
    log("warning: keys and answers are sent unencrypted; set --tls-certificate and --tls-key", {});
}

Limits completed(Limits limits, int threads) {
  if (limits.burst <= 0) limits.burst = 2 * limits.rate;
  limits.burst = std::max(1.0, limits.burst);  // below 1, no request would be admitted
  const int fit = make_descriptors_for(limits.max_connections, threads);
  if (fit < limits.max_connections) {
    log("warning: the limit of open files (ulimit -n) allows fewer connections than --max-connections",
        {{"connections", std::to_string(fit)}, {"wanted", std::to_string(limits.max_connections)}});
  }
  limits.max_connections = fit;
  return limits;
}

}  // namespace

void serve(const ServeOptions& options) {
  check_exposure(options);
  if (!options.bundles_root.empty() &&
      type_of_file(options.bundles_root) != std::filesystem::file_type::directory)
    throw usage_error("--bundles-root '{}': not a folder", options.bundles_root);
  const SignalQueue signals;
  std::signal(SIGPIPE, SIG_IGN);
  bool hung_up = false;  // SIGHUP while the models were loaded
  const auto loaded =
      load_models(options.models, options.fetch, std::chrono::duration<double>(options.poll), [&] {
        const int signal = signals.wait(0);
        hung_up |= signal == SIGHUP;
        return ends(signal);
      });
  ModelStore& models = *loaded;
  ServerMetrics metrics;
  Service service(models, metrics,
                  {.limits = completed(options.limits, thread_count(options.server.threads)),
                   .keys = options.keys.empty() ? std::nullopt : std::optional(KeyRing::load(options.keys)),
                   .local_only = is_loopback(options.server.address),
                   .public_hosts = options.public_hosts,
                   .cors_origins = options.cors_origins,
                   .trusted_proxies = options.trusted_proxies,
                   .access_log = options.access_log,
                   .bundles_root = options.bundles_root});
  HttpServer server(options.server, service, metrics);
  for (const ModelPtr& model : models.all())
    log("model loaded", {{"model", model->name}, {"version", model->version()}, {"bundle", model->path}});
  log("serving", {{"url", server.url()}, {"instructions", instructions_in_use()}});
  Reloads reloads(options, models, metrics, service, server);
  if (hung_up) reloads.ask();
  for (;;) {
    const int signal = signals.wait(1);
    if (ends(signal)) break;
    if (signal == SIGHUP) reloads.ask();
    reloads.go_on();
    models.release_replaced();
  }
  log("stopping: open requests may finish", {});
  service.set_draining();
  const bool whole = server.drain([&] { return ends(signals.wait(0)); });
  log(whole ? "stopped" : "stopped: some clients were disconnected", {});
  if (models.is_loading()) end_at_once();
}

}  // namespace shortlist
