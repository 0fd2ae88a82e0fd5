// Declares the server's commands.
#include <algorithm>

#include "shortlist/cli/command_options.h"

namespace shortlist {
namespace {

// The range of a limit. Below it, no request could be answered; above it, the limit would have no effect.
CLI::Validator range_of(std::string_view limit) {
  constexpr double kMostNumber = 1e9, kMiB = 1 << 20;
  if (limit == "max_header_bytes") return between(256, kMiB);
  if (limit == "max_body_bytes") return between(1, 1024 * kMiB);
  if (limit.ends_with("_bytes")) return between(1024, 1e12);
  // A 64-bit clock of nanoseconds can count nine times as many seconds.
  if (limit.ends_with("_timeout")) return between(limit == "drain_timeout" ? 0 : 1e-3, kMostNumber);
  if (limit == "rate" || limit == "burst" || limit == "max_waiting" || limit == "max_list" ||
      limit == "max_connections_per_address")
    return between(0, kMostNumber);
  return between(1, limit == "max_operations" ? 1e18 : kMostNumber);
}

// Adds an option for each limit: --max-k, --idle-timeout.
void add_limits(CLI::App& sub, Limits& limits) {
  auto visit = [&](const char* name, auto& field, const char* help, const Range& = {}) {
    std::string flag = std::string("--") + name;
    std::ranges::replace(flag, '_', '-');
    sub.add_option(flag, field, help)->capture_default_str()->group("Limits")->check(range_of(name));
  };
  limits.fields(visit);
}

// Options for access: who may reach the server, and from where.
void add_access(CLI::App& sub, ServeOptions& options) {
  const char* group = "Access";
  sub.add_option("--keys", options.keys,
                 "Require a key from clients. FILE is a file of keys, which shortlist key writes.")
      ->option_text("FILE")
      ->group(group);
  sub.add_flag("--without-keys", options.without_keys,
               "Answer without a key, even on an address that other machines can reach")
      ->group(group);
  add_list(sub, "--public-host", options.public_hosts,
           "A name under which clients reach the server through a proxy. Repeat for more.")
      ->option_text("NAME")
      ->group(group);
  sub.add_flag("--trust-forwarded-for{1}", options.trusted_proxies,
               "Take the client's address from X-Forwarded-For, as added by one proxy, or by N proxies with "
               "=N. Use it only if no client can bypass them.")
      ->check(between(0, 16))
      ->group(group);
  add_list(
      sub, "--cors-origin", options.cors_origins,
      "A site whose pages may send requests, such as https://shop.example, or * for any. Repeat for more.")
      ->option_text("ORIGIN")
      ->group(group);
  sub.add_option("--bundles-root", options.bundles_root,
                 "Folder from which an admin may load bundles. Without it, a reload cannot name a bundle.")
      ->option_text("FOLDER")
      ->group(group);
}

// Options for bundles at addresses.
void add_fetching(CLI::App& sub, ServeOptions& options) {
  const char* group = "Bundles at addresses";
  sub.add_option(
         "--cache", options.fetch.cache,
         "Folder for fetched bundles. The default is SHORTLIST_CACHE, else shortlist in the user's cache.")
      ->option_text("FOLDER")
      ->group(group);
  sub.add_option("--cache-bundles", options.fetch.keep,
                 "Number of bundles that the cache keeps, but at least two per model that is fetched")
      ->capture_default_str()
      ->check(between(1, 1e6))
      ->group(group);
  sub.add_option(
         "--fetch-command", options.fetch.command,
         "Command that copies the file at the address {from} to the path {to}, such as 'aws s3 cp {from} "
         "{to}'. The default is SHORTLIST_FETCH_COMMAND, else curl for https:// and http://, and rclone "
         "for s3:// and gs://.")
      ->option_text("COMMAND")
      ->group(group);
  sub.add_option("--fetch-timeout", options.fetch.timeout,
                 "Seconds per file, after which the command is killed")
      ->capture_default_str()
      ->check(between(0.1, 1e6))
      ->group(group);
  sub.add_option("--poll", options.poll, "Seconds between checks of an address for a new bundle")
      ->capture_default_str()
      ->check(between(0.1, 1e6))
      ->group(group);
}

void add_serve(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command =
      add_command<ServeCommand>(app, chosen, "serve", "Serve a bundle over HTTP, with a web page", sub);
  ServeOptions& options = command->options;
  sub->add_option("bundle", command->models,
                  "The folder that train wrote, or one with a file `latest` that names it, or the address of "
                  "either, such as s3://bucket/models. For several models, repeat as NAME=BUNDLE.")
      ->required()
      ->option_text("BUNDLE");
  sub->add_option("--address", options.server.address, "IP address to listen on")->capture_default_str();
  sub->add_option("--port", options.server.port, "Port to listen on. 0 means any free one.")
      ->capture_default_str()
      ->check(between(0, 65'535));
  sub->add_option("--threads", options.server.threads, "Number of threads. 0 means one per processor.")
      ->capture_default_str()
      ->check(between(0, kMostThreads));
  add_access(*sub, options);
  add_fetching(*sub, options);
  CLI::Option* certificate = sub->add_option("--tls-certificate", options.server.tls_certificate,
                                             "Serve HTTPS with this certificate chain, in PEM")
                                 ->option_text("FILE");
  CLI::Option* key = sub->add_option("--tls-key", options.server.tls_key, "The certificate's key, in PEM")
                         ->option_text("FILE");
  certificate->needs(key);
  key->needs(certificate);
  sub->add_flag("!--no-watch", options.watch,
                "Load a new bundle only on SIGHUP or when an admin asks for it");
  sub->add_flag("--access-log", options.access_log, "Write a line to the log for each request");
  add_limits(*sub, options.limits);
  sub->footer(
      "\nSIGTERM lets open requests finish, and a second one closes them. SIGHUP loads the bundles again. "
      "docs/reference/http.md describes the API.\n"
      "\nExamples:\n"
      "  shortlist serve runs/anime\n"
      "  shortlist serve anime=runs/anime films=runs/films --port 9000\n"
      "  shortlist serve anime=s3://bucket/models/anime --cache /var/cache/shortlist\n"
      "  shortlist serve runs/anime --address 0.0.0.0 --keys keys \\\n"
      "      --tls-certificate chain.pem --tls-key key.pem\n");
}

void add_key_command(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<KeyCommand>(app, chosen, "key", "Make an API key for serve", sub);
  sub->add_option("name", command->name, "Name of the key's owner, one word")
      ->required()
      ->option_text("NAME");
  sub->add_option("--keys", command->file, "The file of keys to add it to")->required()->option_text("FILE");
  sub->add_option_function<std::string>(
         "--scope",
         [command](const std::string& scope) {
           command->scope = scope == "admin" ? Scope::admin : Scope::read;
         },
         "What the key allows: read, or admin, which may also load models. The default is read.")
      ->check(one_of({"read", "admin"}));
  sub->footer(
      "\nPrints the key once. Only its hash is stored, so it cannot be shown again.\n"
      "\nExample:\n"
      "  shortlist key page --keys keys\n");
}

void add_bench_ranks(CLI::App& bench, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<BenchRanksCommand>(
      bench, chosen, "ranks", "Measure how fast the ranks of a job exchange bytes and sum", sub);
  sub->add_option("--rounds", command->rounds,
                  "Rounds for each number of bytes. The default is 5 to 100, fewer for more bytes.")
      ->check(between(1, 1e9))
      ->option_text("N");
  add_rank_options(*sub, command->ranks);
  sub->footer(
      "\nIn each round, every rank sends that many bytes to every other rank, and then all sum arrays of "
      "that "
      "many bytes. Rank 0 prints the medians.\n"
      "\nExamples:\n"
      "  shortlist launch --ranks 2 -- bench ranks\n"
      "  mpirun -n 4 shortlist bench ranks\n");
}

void add_bench(CLI::App& app, Chosen& chosen) {
  CLI::App* bench =
      app.add_subcommand("bench", "Measure how fast this machine serves, and how fast ranks exchange");
  bench->require_subcommand(1);
  CLI::App* sub = nullptr;
  const auto command = add_command<BenchServeCommand>(
      *bench, chosen, "serve", "Measure the server's latency at a fixed rate of requests", sub);
  add_bundle(*sub, command->bundle);
  sub->add_option("--rate", command->rate,
                  "Requests per second, no matter how fast they are answered. 0 sends the next request when "
                  "one is answered.")
      ->capture_default_str()
      ->check(between(0, 1e9));
  sub->add_option("--seconds", command->seconds, "Seconds to measure")
      ->capture_default_str()
      ->check(between(1e-3, 1e6));
  sub->add_option("--warm-up", command->warm_up, "Seconds to run before measuring")
      ->capture_default_str()
      ->check(between(0, 1e6));
  sub->add_option("--connections", command->connections, "Number of connections, which are kept alive")
      ->capture_default_str()
      ->check(positive());
  sub->add_option("-k", command->k, "Items per answer")->capture_default_str();
  sub->add_option("--retrieve", command->retrieve, "Items that retrieval passes to the ranking")
      ->capture_default_str();
  add_list(*sub, "--where", command->where, "A condition on an attribute, as in recommend");
  sub->add_option("--threads", command->threads, "The server's threads. 0 means one per processor.")
      ->capture_default_str()
      ->check(between(0, kMostThreads));
  sub->add_option("--swaps", command->swaps,
                  "Number of times that the bundle is loaded again and swapped in during the measurement")
      ->capture_default_str()
      ->check(non_negative());
  sub->footer(
      "\nThe server and the load generator share the machine. A request's latency is measured from when it "
      "was due, so a stall\n"
      "counts in all requests that it delays. The queries are those of the bundle's golden requests.\n"
      "\nExample:\n"
      "  shortlist bench serve runs/anime --rate 5000\n"
      "  shortlist bench serve runs/anime --swaps 1000 --seconds 100\n");
  add_bench_ranks(*bench, chosen);
}

}  // namespace

void add_server_commands(CLI::App& app, Chosen& chosen) {
  add_serve(app, chosen);
  add_key_command(app, chosen);
  add_bench(app, chosen);
}

}  // namespace shortlist
