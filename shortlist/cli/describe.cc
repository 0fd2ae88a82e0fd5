#include "shortlist/jobs/describe.h"
#include "shortlist/cli/commands.h"
#include "shortlist/cli/words.h"
#include "shortlist/config/config_toml.h"
#include "shortlist/config/read_config.h"
#include "shortlist/io/file.h"

namespace shortlist {

void run(const DescribeCommand& command) {
  Config config = load_config(command.config, command.settings);
  command.tables.apply(config);
  const Described described = describe(config);
  print_data(described.summary +
             "\n# All settings, including those that the config leaves at their defaults.\n"
             "\n" +
             full_config_to_toml(config));
  for (const std::string& warning : described.warnings) say("warning: {}", warning);
  for (const auto& [path, content] : {std::pair{command.dot, described.dot}, {command.svg, described.svg}}) {
    if (path.empty()) continue;
    write_file_atomically(path, content);
    say("wrote {}", path);
  }
}

}  // namespace shortlist
