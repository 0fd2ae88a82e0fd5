// Declares the commands that train many models: compare and tune.
#include "shortlist/cli/command_options.h"

namespace shortlist {
namespace {

void add_tables(CLI::App& sub, ConfigTableOptions& tables) {
  sub.add_option("--data", tables.data.table, "Table to use instead of the config's")->option_text("TABLE");
  sub.add_option("--items", tables.items, "Table to use instead of that of the config's [items]")
      ->option_text("TABLE");
  sub.add_option("--users", tables.users, "Table to use instead of that of the config's [users]")
      ->option_text("TABLE");
}

void add_compare(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<CompareCommand>(
      app, chosen, "compare", "Train several models on the same rows and compare their figures", sub);
  sub->add_option("configs", command->configs,
                  "Configs (TOML files), and names of kinds of model, such as popularity, which are trained "
                  "with their default settings")
      ->option_text("CONFIG...");
  add_tables(*sub, command->tables);
  sub->add_flag("--quick", command->classics,
                "Compare the config with every kind that needs no features. Without a config, with the one "
                "that `shortlist init` writes for the table.");
  sub->add_option("--out", command->out,
                  "Folder for the trainings and for compare.json. Trainings that finished in it are not "
                  "repeated. The default is runs/compare.")
      ->option_text("DIR");
  sub->add_option("--seeds", command->seeds, "Train each model with N seeds, and compare the means")
      ->check(between(1, 1'000))
      ->option_text("N");
  add_threads(*sub, command->threads);
  add_settings(*sub, command->settings);
  add_format(*sub, command->format, {"text", "json"});
  sub->add_flag("--quiet", command->quiet, "Show no progress");
  add_text_options(*sub, command->tables.data);
  sub->footer(
      std::string(kTableHelp) +
      "\nThe data, the split, the positives and the length of the lists are those of the first config. Each "
      "model is trained in a process of its own, one after the other. Differences are those from the first "
      "model, with 95 % intervals over the same users. A model that fails is reported, and the others go "
      "on.\n"
      "\nExamples:\n"
      "  shortlist compare --quick --data ratings.csv\n"
      "  shortlist compare anime.toml popularity --seeds 3\n"
      "  shortlist compare small.toml large.toml --data ratings.csv --out runs/sizes\n");
}

}  // namespace

void add_trial_commands(CLI::App& app, Chosen& chosen) { add_compare(app, chosen); }

}  // namespace shortlist
