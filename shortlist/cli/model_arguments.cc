// Declares the commands that make and describe models.
#include "shortlist/cli/command_options.h"
#include "shortlist/cli/export_formats.h"

namespace shortlist {
namespace {

void add_describe(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<DescribeCommand>(
      app, chosen, "describe", "Show a config's layers, shapes, parameters and settings", sub);
  sub->add_option("config", command->config, "The config, a TOML file")->required()->option_text("CONFIG");
  add_config_tables(*sub, command->tables);
  add_settings(*sub, command->settings);
  sub->add_option("--dot", command->dot, "Write the model's graph for Graphviz")->option_text("FILE");
  sub->add_option("--svg", command->svg, "Write the model's graph as a picture")->option_text("FILE");
  add_text_options(*sub, command->tables.data);
  sub->footer(std::string(kTableHelp) +
              "\nExample:\n"
              "  shortlist describe anime.toml --data clean_data.csv --svg model.svg\n");
}

void add_doctor(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<DoctorCommand>(
      app, chosen, "doctor", "Look for what would make a config's figures misleading, before training", sub);
  sub->add_option("paths", command->paths,
                  "The table, and the config, a TOML file. Without the table, the config's own is read.")
      ->required()
      ->expected(1, 2)
      ->option_text("[TABLE] CONFIG");
  add_side_tables(*sub, command->tables);
  add_settings(*sub, command->settings);
  sub->add_flag("--json", command->json, "Print the findings as JSON");
  sub->add_flag("--strict", command->strict, "Exit with code 3 if there is a warning");
  add_text_options(*sub, command->tables.data);
  sub->footer(std::string(kTableHelp) +
              "\nNothing is trained. Each finding says what was found, why it matters and what to change. "
              "Notes may be intended, but warnings seldom are.\n"
              "\nExamples:\n"
              "  shortlist doctor ratings.csv config.toml\n"
              "  shortlist doctor config.toml --strict\n");
}

void add_large_data(CLI::App& app, LargeDataArguments& large, const char* default_cache) {
  app.add_option("--cache", large.cache,
                 std::string("Keep large columns and rows in files of this folder, of which the system keeps "
                             "in memory what it can. The results are the same. The default is memory") +
                     default_cache)
      ->option_text("DIR");
  app.add_option("--max-memory", large.max_memory,
                 "Limit of the memory that the program allocates, besides the files of --cache, such as 4G. "
                 "A run that needs more fails")
      ->option_text("SIZE");
}

void add_train(CLI::App& app, Chosen& chosen, const std::vector<std::string>& arguments) {
  CLI::App* sub = nullptr;
  const auto command = add_command<TrainCommand>(app, chosen, "train",
                                                 "Train a model, evaluate it and save it as a bundle", sub);
  command->arguments = arguments;
  const auto shorthand = [command](const char* key) {
    return [command, key](const std::string& value) {
      command->settings.push_back(std::string(key) + "=" + value);
    };
  };
  sub->add_option("config", command->config, "The config, a TOML file")->required()->option_text("CONFIG");
  add_config_tables(*sub, command->tables);
  sub->add_option("--out", command->out, "Folder for the bundle. The default is runs/NAME for NAME.toml.")
      ->option_text("DIR");
  sub->add_option_function<std::string>("--epochs", shorthand("training.epochs"),
                                        "Same as --set training.epochs=N")
      ->check(positive())
      ->option_text("N");
  sub->add_option_function<std::string>("--seed", shorthand("training.seed"), "Same as --set training.seed=N")
      ->check(whole())
      ->option_text("N");
  add_threads(*sub, command->threads);
  add_settings(*sub, command->settings);
  CLI::Option* resume =
      sub->add_flag("--resume", command->resume, "Continue the run in --out where it stopped");
  sub->add_flag("--overwrite", command->overwrite,
                "Start again if --out contains a run. Its bundle is kept until the new one is complete.")
      ->excludes(resume);
  sub->add_flag_callback(
      "--refit", [command] { command->settings.emplace_back("training.refit=true"); },
      "After training, train a new model on the training and the validation rows. Same as --set "
      "training.refit=true.");
  CLI::Option* seeds =
      sub->add_option("--seeds", command->seeds,
                      "Train with N seeds, into --out/seed-N, and report means and deviations")
          ->check(between(2, 1'000))
          ->option_text("N");
  CLI::Option* from =
      sub->add_option("--from", command->from,
                      "Begin with the weights of this bundle, whose config describes the same "
                      "model. Values that the table still has keep their embeddings; new ones "
                      "begin with the mean")
          ->option_text("BUNDLE");
  sub->add_flag("--keep-values", command->keep_values,
                "With --from: also keep the values that the table no longer has")
      ->needs(from);
  sub->add_option("--from-checkpoint", command->from_checkpoint,
                  "Do not train: make a bundle of this checkpoint, or of the newest one in this run's folder")
      ->excludes(resume)
      ->excludes(seeds)
      ->option_text("PATH");
  add_large_data(*sub, command->large, "; with --max-memory, a folder of the run");
  sub->add_flag("--profile", command->profile,
                "After training, print what each phase of a step does and how long it takes");
  sub->add_flag("--json", command->json, "Write events as JSON lines to standard output, for programs");
  sub->add_flag("--quiet", command->quiet, "Show only warnings, no progress");
  add_text_options(*sub, command->tables.data);
  add_rank_options(*sub, command->ranks);
  sub->footer(
      std::string(kTableHelp) +
      "\nCtrl-C finishes the step, saves, and prints how to continue. A second Ctrl-C stops at once.\n"
      "\nExamples:\n"
      "  shortlist train anime.toml --data clean_data.csv --out runs/anime\n"
      "  shortlist train anime.toml --out runs/slow --epochs 5 \\\n"
      "      --set 'training.optimizer={ adam = 0.001 }'\n"
      "  shortlist train anime.toml --out runs/anime --resume --epochs 40\n"
      "  shortlist train anime.toml --out runs/seeds --seeds 3\n"
      "  shortlist train anime.toml --out runs/third \\\n"
      "      --from-checkpoint runs/anime/run/checkpoints/epoch-0003.safetensors\n");
}

void add_evaluate(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command =
      add_command<EvaluateCommand>(app, chosen, "evaluate", "Compare a bundle with simple baselines", sub);
  add_bundle(*sub, command->bundle);
  sub->add_option("--data", command->tables.data.table,
                  "The table. The default is the one that the model was trained on.")
      ->option_text("TABLE");
  add_side_tables(*sub, command->tables);
  sub->add_option("--split", command->split,
                  "Rows to evaluate. The default is the test rows of the table that the model was trained "
                  "on, and all rows of any other table.")
      ->check(one_of({"test", "validation", "train", "all"}));
  add_list(*sub, "--by", command->by,
           "Also show the figures of groups of rows: by a column of the table, or by new_users, new_items or "
           "popularity (head, middle and tail of the items)");
  add_format(*sub, command->format, {"text", "json"});
  sub->add_flag("--full", command->full,
                "With --format text: show every figure, including those that are left out to fit one screen");
  add_large_data(*sub, command->large, "");
  add_threads(*sub, command->threads);
  add_text_options(*sub, command->tables.data);
  sub->footer(std::string(kTableHelp) +
              "\nExamples:\n"
              "  shortlist evaluate runs/anime\n"
              "  shortlist evaluate runs/anime --split validation --format json\n");
}

void add_import(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command =
      add_command<ImportCommand>(app, chosen, "import", "Make a bundle from a Keras model's weights", sub);
  sub->add_option("checkpoint", command->checkpoint,
                  "What save_weights wrote, in TensorFlow's format (its path, or its folder) or as "
                  ".weights.h5, or a SavedModel")
      ->required()
      ->option_text("CHECKPOINT");
  sub->add_option("--config", command->config, "The config that describes the same model, a TOML file")
      ->required()
      ->option_text("CONFIG");
  sub->add_option("--data", command->tables.data.table,
                  "Table for the vocabularies. The default is the config's.")
      ->option_text("TABLE");
  add_side_tables(*sub, command->tables);
  sub->add_option("--out", command->out, "Folder for the bundle")->required()->option_text("DIR");
  add_threads(*sub, command->threads);
  add_settings(*sub, command->settings);
  sub->add_flag("--new-optimizer", command->new_optimizer,
                "Ignore the optimizer's state, for a config with another optimizer");
  sub->add_flag("--quiet", command->quiet, "Print only the report");
  add_text_options(*sub, command->tables.data);
  sub->footer(std::string(kTableHelp) +
              "\nLayers are matched by the structure of the model, kinds and shapes, not by names. "
              "Checkpoints contain no\n"
              "vocabularies. They are computed again from the table, in the order of Keras's adapt and "
              "numpy's unique, so\n"
              "it must be the table that the model was made with.\n"
              "\nExamples:\n"
              "  shortlist import model_weights/ --config anime.toml --out runs/anime\n"
              "  shortlist import model.weights.h5 --config anime.toml --out runs/anime\n"
              "  shortlist train anime.toml --out runs/anime --resume --epochs 40\n");
}

void add_export(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command =
      add_command<ExportCommand>(app, chosen, "export", "Write a bundle in the format of another tool", sub);
  sub->add_option("bundle", command->bundle, "The bundle: the folder that train or import wrote")
      ->required()
      ->option_text("BUNDLE");
  std::string formats = "Output format:";
  for (const ExportFormat& format : export_formats())
    formats += fmt::format("\n{}: {}", format.name, format.help);
  sub->add_option("--to", command->to, formats)->required()->option_text(export_format_names());
  sub->add_option("--out", command->out, "The file, folder or prefix to write")
      ->required()
      ->option_text("PATH");
  const char* tensorflow = "To TensorFlow: the Keras model's attributes, as load_weights finds them";
  CLI::Option* like =
      sub->add_option("--like", command->like,
                      "A checkpoint of the Keras model. Everything except the values is copied from it.")
          ->option_text("CHECKPOINT")
          ->group(tensorflow);
  add_list(*sub, "--name", command->names,
           "OURS=THEIRS for query, item, cross, deep, prediction or features.NAME. Repeat for more.")
      ->excludes(like)
      ->group(tensorflow);
  sub->footer(
      "\ndocs/reference/export.md describes each format, with Python code that reads it.\n"
      "\nExamples:\n"
      "  shortlist export runs/anime --to onnx --out anime-onnx\n"
      "  shortlist export runs/anime --to parquet --out anime.parquet\n"
      "  shortlist export runs/anime --to tensorflow --out weights/anime \\\n"
      "      --like model_weights/\n"
      "  shortlist export runs/anime --to tensorflow --out weights/anime \\\n"
      "      --name query=user_model --name item=anime_model \\\n"
      "      --name features.genre=genre_text_embedding\n");
}

}  // namespace

void add_model_commands(CLI::App& app, Chosen& chosen, const std::vector<std::string>& arguments) {
  add_describe(app, chosen);
  add_plan_command(app, chosen);
  add_doctor(app, chosen);
  add_train(app, chosen, arguments);
  add_evaluate(app, chosen);
}

void add_exchange_commands(CLI::App& app, Chosen& chosen) {
  add_import(app, chosen);
  add_export(app, chosen);
}

}  // namespace shortlist
