#include <nlohmann/json.hpp>

#include "shortlist/bundle/bundle.h"
#include "shortlist/cli/commands.h"
#include "shortlist/cli/words.h"
#include "shortlist/io/json.h"

namespace shortlist {
namespace {

// The bundle's own golden queries, asked with the command's options.
std::vector<std::string> request_bodies(const ServedModel& model, const BenchServeCommand& command) {
  nlohmann::json request = {{"k", command.k}, {"retrieve", command.retrieve}};
  if (!command.where.empty()) request["filter"] = command.where;
  std::vector<std::string> bodies;
  const std::string& golden = model.recommender.bundle().golden_json;
  if (!golden.empty()) {
    for (const nlohmann::json& asked : parse_json(golden, "golden.json").at("requests")) {
      request["query"] = asked.at("query");
      bodies.push_back(dump_json_line(request));
    }
  }
  if (bodies.empty()) bodies.push_back(dump_json_line(request));
  return bodies;
}

}  // namespace

void run(const BenchServeCommand& command) {
  ModelStore models({parse_model_source(command.bundle)});
  Metrics metrics;
  Service service(models, metrics, {});
  HttpServer server({.port = 0, .threads = command.threads}, service, metrics);
  LoadOptions load{.port = server.port(),
                   .bodies = request_bodies(*models.find(""), command),
                   .rate = command.rate,
                   .seconds = command.warm_up,
                   .connections = command.connections};
  if (command.warm_up > 0) generate_load(load);
  load.seconds = command.seconds;
  print_data(load_text(load, generate_load(load)));
  server.drain();
}

}  // namespace shortlist
