// Declares the commands that train many models: compare and tune.
#include "shortlist/cli/command_options.h"

namespace shortlist {
namespace {

void add_compare(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<CompareCommand>(
      app, chosen, "compare", "Train several models on the same rows and compare their figures", sub);
  sub->add_option("configs", command->configs,
                  "Configs (TOML files), and names of kinds of model, such as popularity, which are trained "
                  "with their default settings")
      ->option_text("CONFIG...");
  add_config_tables(*sub, command->tables);
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

void add_tune(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<TuneCommand>(
      app, chosen, "tune", "Search the settings of a config that do best on the validation rows", sub);
  sub->add_option("config", command->config, "The config, a TOML file")->required()->option_text("CONFIG");
  add_config_tables(*sub, command->tables);
  sub->add_option("--space", command->space,
                  "TOML file with the settings to vary. Without it, those of the kind of model.")
      ->option_text("FILE");
  sub->add_flag("--show-space", command->show_space, "Print the space as TOML, and search nothing");
  sub->add_option("--trials", command->trials, "Number of trials")
      ->check(between(1, 100'000))
      ->option_text("N");
  sub->add_option("--search", command->search,
                  "halving: train all trials for a few epochs, the best third of them for longer, and so on. "
                  "random: train every trial to the end, unless its learning curve is below the median of "
                  "earlier ones. The default is halving, and random for kinds without epochs.")
      ->check(one_of({"halving", "random"}));
  sub->add_option("--metric", command->metric,
                  "The validation figure that decides. The default is the NDCG of the users' lists as they "
                  "are served, or mrr if queries do not name their user, or the error of the first label.")
      ->option_text("NAME");
  sub->add_option("--seed", command->seed, "Seed of the trials' settings")->check(whole())->option_text("N");
  sub->add_option("--points", command->points,
                  "JSON lines with settings to try first, such as {\"training.batch\": 512}")
      ->option_text("FILE");
  sub->add_option(
         "--parallel", command->parallel,
         "Trainings at a time, which share the threads. The default is one per processor, at most 4. "
         "The result is the same for any number.")
      ->check(between(1, 1'000))
      ->option_text("N");
  sub->add_option(
         "--out", command->out,
         "Folder of the search. A search that was stopped in it continues. The default is runs/tune.")
      ->option_text("DIR");
  sub->add_flag("--no-test", command->no_test,
                "Do not train the best config at the end, so that the test rows stay unseen");
  add_threads(*sub, command->threads);
  add_settings(*sub, command->settings);
  add_format(*sub, command->format, {"text", "json"});
  sub->add_flag("--quiet", command->quiet, "Show no progress");
  add_text_options(*sub, command->tables.data);
  sub->footer(
      std::string(kTableHelp) +
      "\nTrials are trained without the test rows. The best config is written to best.toml, trained into "
      "best/, and measured once on the test rows.\n"
      "\nExamples:\n"
      "  shortlist tune anime.toml --trials 30\n"
      "  shortlist tune anime.toml --show-space > space.toml\n"
      "  shortlist tune anime.toml --space space.toml --out runs/search\n");
}

}  // namespace

void add_trial_commands(CLI::App& app, Chosen& chosen) {
  add_compare(app, chosen);
  add_tune(app, chosen);
}

}  // namespace shortlist
