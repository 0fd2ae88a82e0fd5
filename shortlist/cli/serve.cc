#include "shortlist/server/serve.h"

#include "shortlist/cli/commands.h"
#include "shortlist/cli/words.h"

namespace shortlist {

void run(const ServeCommand& command) {
  ServeOptions options = command.options;
  const FetchSettings environment = fetch_settings_of_environment();
  if (options.fetch.cache.empty()) options.fetch.cache = environment.cache;
  if (options.fetch.command.empty()) options.fetch.command = environment.command;
  for (const std::string& model : command.models) options.models.push_back(parse_model_source(model));
  serve(options);
}

void run(const KeyCommand& command) {
  add_key(command.file, command.name, command.scope,
          [](const std::string& token) { print_data(token + "\n"); });
  say("The key is shown only now: {} contains only its hash. A server reads the file when it starts and on "
      "SIGHUP.",
      command.file);
}

}  // namespace shortlist
