// Declares the command that plans.
#include "shortlist/cli/command_options.h"

namespace shortlist {
namespace {

constexpr double kMostCount = 1e15;

// "64G" is 64e9, "64Gi" is 64 x 2^30. Throws CLI::ValidationError for anything else.
double parse_size(const std::string& text, const char* flag) {
  size_t end = 0;
  double number = 0;
  try {
    number = std::stod(text, &end);
  } catch (const std::exception&) {
    end = 0;
  }
  const std::string suffix = text.substr(end);
  const size_t power = std::string_view("KMGT").find(suffix.empty() ? '-' : suffix[0]);
  const bool binary = suffix.size() == 2 && suffix[1] == 'i';
  if (end == 0 || !(number > 0) || suffix.size() > (binary ? 2u : 1u) ||
      (!suffix.empty() && power == std::string_view::npos))
    throw CLI::ValidationError(flag, "got '" + text + "', need a size such as 64G or 64Gi");
  for (size_t i = 0; !suffix.empty() && i <= power; ++i) number *= binary ? 1024 : 1000;
  return number;
}

// Reads "user=1e9".
void add_ids(const std::string& text, std::map<std::string, double>& ids) {
  const size_t equals = text.find('=');
  double number = 0;
  if (equals == std::string::npos || !CLI::detail::lexical_cast(text.substr(equals + 1), number) ||
      !(number >= 1))
    throw CLI::ValidationError("--ids", "got '" + text + "', need FEATURE=N, such as user=1e9");
  ids[text.substr(0, equals)] = number;
}

}  // namespace

void add_plan_command(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<PlanCommand>(
      app, chosen, "plan", "Predict memory, disk, network and time of a training at another scale", sub);
  ScaleQuestion& question = command->question;
  sub->add_option("config", command->config, "The config, a TOML file")->required()->option_text("CONFIG");
  sub->add_option("--data", command->table.data.table, "Sample table to use instead of the config's")
      ->option_text("TABLE");
  const auto count = [&](const char* flag, double& number, const char* help) {
    sub->add_option(flag, number, help)->check(between(1, kMostCount))->option_text("N");
  };
  count("--rows", question.rows, "Rows of the table. The default is those of the config's table.");
  count("--items", question.items, "Items of the catalogue. The default is those of the config's table.");
  count("--users", question.users, "Users. The default is in proportion to the rows.");
  sub->add_option_function<std::vector<std::string>>(
         "--ids",
         [command](const std::vector<std::string>& given) {
           for (const std::string& text : given) add_ids(text, command->question.ids);
         },
         "Number of ids of a feature, FEATURE=N. Repeat for more. The default is that of the config's table, "
         "and "
         "grows with the users or items for the features of their ids.")
      ->allow_extra_args(false)
      ->option_text("FEATURE=N");
  sub->add_option("--ranks", question.ranks, "Processes that share the training")
      ->capture_default_str()
      ->check(between(1, 65'536));
  sub->add_option("--parts", question.parts, "Parts of a batch, of which a rank computes whole ones")
      ->capture_default_str()
      ->check(between(1, 65'536));
  sub->add_option("--threads", question.threads, "Threads of a rank")
      ->capture_default_str()
      ->check(between(1, kMostThreads));
  sub->add_option_function<std::string>(
         "--memory",
         [command](const std::string& text) { command->question.memory = parse_size(text, "--memory"); },
         "Memory of a rank, such as 64G. A stage that needs more is an error that names the figure.")
      ->option_text("SIZE");
  sub->add_option_function<std::string>(
         "--network",
         [command](const std::string& text) { command->question.network = parse_size(text, "--network"); },
         "Bits per second that a rank can send, such as 10G. The default is 10G.")
      ->option_text("RATE");
  sub->add_option(
         "--constants", command->constants,
         "What work takes on a machine: a file that benchmarks/plan_constants.py writes. The default are "
         "constants of a machine with two cores.")
      ->option_text("FILE");
  sub->add_flag("--json", command->json, "Print JSON");
  add_settings(*sub, command->settings);
  add_text_options(*sub, command->table.data);
  sub->footer(
      std::string(kTableHelp) +
      "\nThe config's table is a sample: its columns, features and frequencies describe the large one. "
      "docs/scale.md explains the figures and what they were compared with.\n"
      "\nExamples:\n"
      "  shortlist plan synth.toml --rows 1e8 --items 1e5 --memory 64G\n"
      "  shortlist plan synth.toml --rows 1e9 --items 1e8 --ranks 64 --parts 64\n");
}

}  // namespace shortlist
