// Declares the commands that make and describe models.
#include "shortlist/cli/command_options.h"
#include "shortlist/cli/export_formats.h"

namespace shortlist {
namespace {

void add_side_tables(CLI::App& sub, ConfigTableOptions& tables) {
  sub.add_option("--items", tables.items,
                 "a table of items to read instead of the one in the config's [items]")
      ->option_text("TABLE");
  sub.add_option("--users", tables.users, "another table of users than that of the config's [users]")
      ->option_text("TABLE");
}

}  // namespace

void add_describe(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<DescribeCommand>(
      app, chosen, "describe", "show a config's layers, shapes, parameters and settings", sub);
  sub->add_option("config", command->config, "the config, a TOML file")->required()->option_text("CONFIG");
  sub->add_option("--data", command->tables.data.table, "another table than the config's")
      ->option_text("TABLE");
  add_side_tables(*sub, command->tables);
  add_settings(*sub, command->settings);
  sub->add_option("--dot", command->dot, "write the model's graph for Graphviz")->option_text("FILE");
  sub->add_option("--svg", command->svg, "write the model's graph as a picture")->option_text("FILE");
  add_text_options(*sub, command->tables.data);
  sub->footer(std::string(kTableHelp) +
              "\nExample:\n"
              "  shortlist describe anime.toml --data clean_data.csv --svg model.svg\n");
}

void add_train(CLI::App& app, Chosen& chosen, const std::vector<std::string>& arguments) {
  CLI::App* sub = nullptr;
  const auto command = add_command<TrainCommand>(app, chosen, "train",
                                                 "train a model, evaluate it and save it as a bundle", sub);
  command->arguments = arguments;
  const auto shorthand = [command](const char* key) {
    return [command, key](const std::string& value) {
      command->settings.push_back(std::string(key) + "=" + value);
    };
  };
  sub->add_option("config", command->config, "the config, a TOML file")->required()->option_text("CONFIG");
  sub->add_option("--data", command->tables.data.table, "another table than the config's")
      ->option_text("TABLE");
  add_side_tables(*sub, command->tables);
  sub->add_option("--out", command->out, "the folder for the bundle; runs/NAME for NAME.toml when not given")
      ->option_text("DIR");
  sub->add_option_function<std::string>("--epochs", shorthand("training.epochs"),
                                        "the same as --set training.epochs=N")
      ->check(positive())
      ->option_text("N");
  sub->add_option_function<std::string>("--seed", shorthand("training.seed"),
                                        "the same as --set training.seed=N")
      ->check(whole())
      ->option_text("N");
  add_threads(*sub, command->threads);
  add_settings(*sub, command->settings);
  CLI::Option* resume = sub->add_flag("--resume", command->resume, "go on where the run in --out stopped");
  sub->add_flag("--overwrite", command->overwrite,
                "start anew where --out has a run; its bundle stays until the new one is complete")
      ->excludes(resume);
  sub->add_flag_callback(
      "--refit", [command] { command->settings.emplace_back("training.refit=true"); },
      "in the end, train on the training and the validation rows; the same as --set training.refit=true");
  CLI::Option* seeds =
      sub->add_option("--seeds", command->seeds,
                      "train with so many seeds, into --out/seed-N, and report means and deviations")
          ->check(between(2, 1'000))
          ->option_text("N");
  sub->add_option("--from-checkpoint", command->from_checkpoint,
                  "train nothing: make the bundle of this checkpoint, or of the newest in this run's folder")
      ->excludes(resume)
      ->excludes(seeds)
      ->option_text("PATH");
  sub->add_flag("--profile", command->profile,
                "after training, print what each phase of a step does and how long it takes");
  sub->add_flag("--json", command->json, "events as JSON lines on standard output, for machines");
  sub->add_flag("--quiet", command->quiet, "no progress, only warnings");
  add_text_options(*sub, command->tables.data);
  sub->footer(std::string(kTableHelp) +
              "\nCtrl-C finishes the step, saves, and says how to go on; a second one ends at once.\n"
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
      add_command<EvaluateCommand>(app, chosen, "evaluate", "compare a bundle with simple baselines", sub);
  add_bundle(*sub, command->bundle);
  sub->add_option("--data", command->tables.data.table, "the table; the one that the run read when not given")
      ->option_text("TABLE");
  add_side_tables(*sub, command->tables);
  sub->add_option(
         "--split", command->split,
         "rows to look at; when not given, the test rows of the table that the model was trained on, "
         "and all rows of another one")
      ->check(one_of({"test", "validation", "train", "all"}));
  add_format(*sub, command->format, {"text", "json"});
  sub->add_flag("--full", command->full,
                "with --format text: every figure, also those that are left out to fit one screen");
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
      add_command<ImportCommand>(app, chosen, "import", "make a bundle from a Keras model's weights", sub);
  sub->add_option(
         "checkpoint", command->checkpoint,
         "what save_weights wrote, in TensorFlow's format (its path, or its folder) or as .weights.h5;\n"
         "or a SavedModel")
      ->required()
      ->option_text("CHECKPOINT");
  sub->add_option("--config", command->config, "the config that says the same model, a TOML file")
      ->required()
      ->option_text("CONFIG");
  sub->add_option("--data", command->tables.data.table,
                  "the table, for the vocabularies; the config's when not given")
      ->option_text("TABLE");
  add_side_tables(*sub, command->tables);
  sub->add_option("--out", command->out, "the folder for the bundle")->required()->option_text("DIR");
  add_threads(*sub, command->threads);
  add_settings(*sub, command->settings);
  sub->add_flag("--new-optimizer", command->new_optimizer,
                "leave the optimizer's state aside, where it is of another kind than the config's");
  sub->add_flag("--quiet", command->quiet, "only the report");
  add_text_options(*sub, command->tables.data);
  sub->footer(std::string(kTableHelp) +
              "\nLayers are found by the structure of the model, kinds and shapes, not by names. Checkpoints "
              "hold no\n"
              "vocabularies: they are made again from the table, as Keras's adapt and numpy's unique order "
              "them, so it\n"
              "must be the table that the model was made with.\n"
              "\nExamples:\n"
              "  shortlist import model_weights/ --config anime.toml --out runs/anime\n"
              "  shortlist import model.weights.h5 --config anime.toml --out runs/anime\n"
              "  shortlist train anime.toml --out runs/anime --resume --epochs 40\n");
}

void add_export(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command =
      add_command<ExportCommand>(app, chosen, "export", "write a bundle in the format of another tool", sub);
  sub->add_option("bundle", command->bundle, "the folder that train or import made")
      ->required()
      ->option_text("BUNDLE");
  std::string formats = "the format:";
  for (const ExportFormat& format : export_formats())
    formats += fmt::format("\n{}: {}", format.name, format.help);
  sub->add_option("--to", command->to, formats)->required()->option_text(export_format_names());
  sub->add_option("--out", command->out, "the file, folder or prefix to write")
      ->required()
      ->option_text("PATH");
  const char* tensorflow = "To TensorFlow: the Keras model's attributes, where load_weights looks";
  CLI::Option* like = sub->add_option("--like", command->like,
                                      "a checkpoint of the Keras model: all but the values is taken from it")
                          ->option_text("CHECKPOINT")
                          ->group(tensorflow);
  add_list(*sub, "--name", command->names,
           "OURS=THEIRS for query, item, cross, deep, prediction or features.NAME; again for more")
      ->excludes(like)
      ->group(tensorflow);
  sub->footer(
      "\ndocs/reference/export.md shows each with the Python that opens it.\n"
      "\nExamples:\n"
      "  shortlist export runs/anime --to onnx --out anime-onnx\n"
      "  shortlist export runs/anime --to parquet --out anime.parquet\n"
      "  shortlist export runs/anime --to tensorflow --out weights/anime \\\n"
      "      --like model_weights/\n"
      "  shortlist export runs/anime --to tensorflow --out weights/anime \\\n"
      "      --name query=user_model --name item=anime_model \\\n"
      "      --name features.genre=genre_text_embedding\n");
}

}  // namespace shortlist
