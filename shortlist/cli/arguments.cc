#include "shortlist/cli/arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "shortlist/cli/commands.h"
#include "shortlist/cli/export_formats.h"
#include "shortlist/cli/words.h"

namespace shortlist {
namespace {

constexpr const char* kTableHelp =
    "\nTABLE is a file or a quoted glob: CSV, TSV, Parquet, JSON or JSON lines, also .gz and .zst; or, when "
    "it\n"
    "begins with SELECT or WITH, an SQL query: \"SELECT * FROM 'a.parquet' WHERE year > 1990\"\n";

// Options of a command, which runs with them.
template <typename Command>
std::shared_ptr<Command> add_command(CLI::App& app, std::function<void()>& chosen, const char* name,
                                     const char* help, CLI::App*& sub) {
  auto command = std::make_shared<Command>();
  sub = app.add_subcommand(name, help);
  sub->callback([command, &chosen] { chosen = [command] { run(*command); }; });
  return command;
}

// How a text file is to be read.
void add_text_options(CLI::App& sub, TableOptions& table) {
  const char* group = "Text files (found out when not given)";
  sub.add_option("--delimiter", table.delimiter, "between columns: ',', ';', '\\t', '::'")->group(group);
  sub.add_flag_callback(
         "--header", [&table] { table.header = true; }, "the first line names the columns")
      ->group(group);
  sub.add_flag_callback(
         "--no-header", [&table] { table.header = false; }, "the first line is data")
      ->group(group);
  sub.add_option("--columns", table.columns, "names for a file without a header: user,item,rating,time")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group(group);
  sub.add_option("--encoding", table.encoding, "of a file that is not UTF-8: latin-1 or utf-16")
      ->group(group);
}

CLI::Option* add_list(CLI::App& sub, const char* flag, std::vector<std::string>& values, const char* help) {
  return sub.add_option(flag, values, help)->allow_extra_args(false);
}

void add_threads(CLI::App& sub, int& threads) {
  sub.add_option("--threads", threads, "0: one for each processor; the result is the same with any")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
}

void add_format(CLI::App& sub, std::string& format, const std::vector<std::string>& formats) {
  sub.add_option("--format", format, "how the answer is written")
      ->check(CLI::IsMember(formats))
      ->capture_default_str();
}

// Appends: what --epochs and --seed stand for is in the list already.
void add_settings(CLI::App& sub, std::vector<std::string>& settings) {
  sub.add_option_function<std::vector<std::string>>(
         "--set",
         [&settings](const std::vector<std::string>& given) {
           settings.insert(settings.end(), given.begin(), given.end());
         },
         "a setting over the config's: training.batch=512; again for more")
      ->allow_extra_args(false);
}

void add_inspect(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* sub = nullptr;
  const auto command =
      add_command<InspectCommand>(app, chosen, "inspect", "what stands in a table, column by column", sub);
  sub->add_option("table", command->table.table, "the table")->required()->option_text("TABLE");
  add_format(*sub, command->format, {"text", "json"});
  sub->add_option("--top", command->top, "most frequent values to show")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  add_text_options(*sub, command->table);
  sub->footer(std::string(kTableHelp) +
              "\nExamples:\n"
              "  shortlist inspect ratings.csv\n"
              "  shortlist inspect u.data --no-header --columns user,item,rating,time --format json\n");
}

void add_convert(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<ConvertCommand>(
      app, chosen, "convert", "write a table, or what a query makes of it, to a file", sub);
  sub->add_option("table", command->table.table, "the table")->required()->option_text("TABLE");
  sub->add_option("--sql", command->sql, "a file with a query, in which {data} stands for TABLE")
      ->option_text("FILE");
  sub->add_option("--out", command->out,
                  "the file: .csv, .tsv, .jsonl, .parquet; - is CSV on standard output")
      ->required()
      ->option_text("FILE");
  sub->add_flag("--quiet", command->quiet, "no progress");
  add_text_options(*sub, command->table);
  sub->footer(std::string(kTableHelp) +
              "\nExamples:\n"
              "  shortlist convert ratings.csv --out ratings.parquet\n"
              "  shortlist convert raw --sql examples/anime/prepare.sql --out clean_data.csv\n");
}

void add_describe(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<DescribeCommand>(
      app, chosen, "describe", "a config's layers, shapes and parameters, and all its settings", sub);
  sub->add_option("config", command->config, "the config, a TOML file")->required()->option_text("CONFIG");
  sub->add_option("--data", command->data.table, "another table than the config's")->option_text("TABLE");
  add_settings(*sub, command->settings);
  sub->add_option("--dot", command->dot, "write the model's graph for Graphviz")->option_text("FILE");
  sub->add_option("--svg", command->svg, "write the model's graph as a picture")->option_text("FILE");
  add_text_options(*sub, command->data);
  sub->footer(std::string(kTableHelp) +
              "\nExample:\n"
              "  shortlist describe anime.toml --data clean_data.csv --svg model.svg\n");
}

void add_train(CLI::App& app, std::function<void()>& chosen, const std::vector<std::string>& arguments) {
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
  sub->add_option("--data", command->data.table, "another table than the config's")->option_text("TABLE");
  sub->add_option("--out", command->out, "the folder for the bundle; runs/NAME for NAME.toml when not given")
      ->option_text("DIR");
  sub->add_option_function<std::string>("--epochs", shorthand("training.epochs"),
                                        "the same as --set training.epochs=N")
      ->check(CLI::PositiveNumber)
      ->option_text("N");
  sub->add_option_function<std::string>("--seed", shorthand("training.seed"),
                                        "the same as --set training.seed=N")
      ->check(CLI::TypeValidator<int64_t>())
      ->option_text("N");
  add_threads(*sub, command->threads);
  add_settings(*sub, command->settings);
  sub->add_flag("--resume", command->resume, "go on where the run in --out stopped");
  sub->add_flag("--profile", command->profile,
                "after training, print what each phase of a step does and how long it takes");
  sub->add_flag("--json", command->json, "events as JSON lines on standard output, for machines");
  sub->add_flag("--quiet", command->quiet, "no progress, only warnings");
  add_text_options(*sub, command->data);
  sub->footer(
      std::string(kTableHelp) +
      "\nCtrl-C finishes the step, saves, and says how to go on; a second one ends at once.\n"
      "\nExamples:\n"
      "  shortlist train anime.toml --data clean_data.csv --out runs/anime\n"
      "  shortlist train anime.toml --epochs 5 --set 'training.optimizer={ adam = 0.001 }' --out runs/slow\n"
      "  shortlist train anime.toml --out runs/anime --resume --epochs 40\n");
}

void add_evaluate(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* sub = nullptr;
  const auto command =
      add_command<EvaluateCommand>(app, chosen, "evaluate", "a bundle's figures beside plain baselines", sub);
  sub->add_option("bundle", command->bundle, "the folder that train made")->required()->option_text("BUNDLE");
  sub->add_option("--data", command->data.table, "the table; the one that the run read when not given")
      ->option_text("TABLE");
  sub->add_option("--split", command->split, "rows to look at")
      ->check(CLI::IsMember({"test", "validation", "train", "all"}))
      ->capture_default_str();
  add_format(*sub, command->format, {"text", "json"});
  add_threads(*sub, command->threads);
  add_text_options(*sub, command->data);
  sub->footer(std::string(kTableHelp) +
              "\nExamples:\n"
              "  shortlist evaluate runs/anime\n"
              "  shortlist evaluate runs/anime --data clean_data.csv --split validation --format json\n");
}

void add_recommend(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<RecommendCommand>(
      app, chosen, "recommend", "the best items for a query, or for each row of a table", sub);
  sub->add_option("bundle", command->bundle, "the folder that train made")->required()->option_text("BUNDLE");
  CLI::Option* query = add_list(*sub, "--query", command->query, "column=value; again for each column");
  sub->add_option("--queries", command->queries.table, "a table with a query in each row")
      ->option_text("TABLE")
      ->excludes(query);
  sub->add_option("-k", command->k, "items for a query")->capture_default_str();
  sub->add_option("--retrieve", command->retrieve,
                  "items that retrieval hands to the ranking; 0: ten for each of the k")
      ->capture_default_str();
  add_list(*sub, "--exclude", command->exclude, "an item id to leave out; again for more");
  add_list(*sub, "--where", command->where,
           "a condition on an attribute: type=TV, type!=TV, year>=1990, genre~Com; all must hold");
  sub->add_option("--format", command->format,
                  "how the answer is written: table for one query, csv for many, when not given")
      ->check(CLI::IsMember({"table", "json", "csv"}));
  sub->add_option("--out", command->out, "a file instead of standard output: .csv, .tsv, .jsonl, .parquet")
      ->option_text("FILE");
  add_threads(*sub, command->threads);
  sub->add_flag("--quiet", command->quiet, "no progress");
  add_text_options(*sub, command->queries);
  sub->footer(
      std::string(kTableHelp) +
      "\nWith --queries each answer is a line: query (the row's number in the table, from 1), rank, id,\n"
      "predicted_LABEL, score; with --format json one object a line.\n"
      "\nExamples:\n"
      "  shortlist recommend runs/anime --query 'genre=Action, Comedy' --query type=TV -k 5\n"
      "  shortlist recommend runs/anime --query type=TV --retrieve 100 --where 'genre~Comedy' --format json\n"
      "  shortlist recommend runs/anime --queries users.parquet --out answers.parquet\n");
}

void add_predict(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<PredictCommand>(
      app, chosen, "predict", "the label of a query with a candidate, or of each row of a table", sub);
  sub->add_option("bundle", command->bundle, "the folder that train made")->required()->option_text("BUNDLE");
  CLI::Option* query = add_list(*sub, "--query", command->query, "column=value; again for each column");
  CLI::Option* candidate = add_list(*sub, "--candidate", command->candidate,
                                    "column=value; an item's id alone is enough where the model knows it");
  sub->add_option("--data", command->data.table, "a table with a query and a candidate in each row")
      ->option_text("TABLE")
      ->excludes(query)
      ->excludes(candidate);
  sub->add_option("--format", command->format,
                  "how the answer is written: table for one pair, csv for many, when not given")
      ->check(CLI::IsMember({"table", "json", "csv"}));
  sub->add_option("--out", command->out, "a file instead of standard output: .csv, .tsv, .jsonl, .parquet")
      ->option_text("FILE");
  add_threads(*sub, command->threads);
  sub->add_flag("--quiet", command->quiet, "no progress");
  add_text_options(*sub, command->data);
  sub->footer(std::string(kTableHelp) +
              "\nWith --data the answer is the table with a column more for each label: predicted_LABEL.\n"
              "\nExamples:\n"
              "  shortlist predict runs/anime --query type=TV --candidate 'name=Cowboy Bebop'\n"
              "  shortlist predict runs/anime --data clean_data.csv --out predicted.parquet\n");
}

void add_similar(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* sub = nullptr;
  const auto command =
      add_command<SimilarCommand>(app, chosen, "similar", "the items that are most like an item", sub);
  sub->add_option("bundle", command->bundle, "the folder that train made")->required()->option_text("BUNDLE");
  sub->add_option("item", command->item, "the item's id")->required()->option_text("ITEM");
  std::map<std::string, Similarity> names;
  for (const auto& [value, name] : EnumNames<Similarity>::names) names.emplace(name, value);
  sub->add_option("--by", command->by,
                  "learned: cosine of the candidate embeddings (the default); jaccard: common values of the "
                  "attributes;\n"
                  "cosine: of the ratings by the same users, each user's mean taken off")
      ->option_text("learned|jaccard|cosine")
      ->transform(CLI::CheckedTransformer(names));
  sub->add_option("-k", command->k, "items to show")->capture_default_str();
  add_format(*sub, command->format, {"table", "json", "csv"});
  sub->footer(
      "\nExamples:\n"
      "  shortlist similar runs/anime 'Cowboy Bebop' -k 5\n"
      "  shortlist similar runs/anime 'Cowboy Bebop' --by jaccard --format json\n");
}

void add_embed(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<EmbedCommand>(app, chosen, "embed", "the towers' outputs as vectors", sub);
  sub->add_option("bundle", command->bundle, "the folder that train made")->required()->option_text("BUNDLE");
  CLI::Option* candidates =
      sub->add_flag("--candidates", command->candidates, "of every item, in the catalogue's order");
  sub->add_option("--queries", command->queries.table, "of the query in each row of a table")
      ->option_text("TABLE")
      ->excludes(candidates);
  sub->add_option("--out", command->out, "the file: .npy has the vectors, .parquet has ids beside them")
      ->required()
      ->option_text("FILE");
  add_threads(*sub, command->threads);
  sub->add_flag("--quiet", command->quiet, "no progress");
  add_text_options(*sub, command->queries);
  sub->footer(std::string(kTableHelp) +
              "\nExamples:\n"
              "  shortlist embed runs/anime --candidates --out items.parquet\n"
              "  shortlist embed runs/anime --queries users.csv --out users.npy\n");
}

void add_import(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* sub = nullptr;
  const auto command =
      add_command<ImportCommand>(app, chosen, "import", "a Keras model's weights as a bundle", sub);
  sub->add_option(
         "checkpoint", command->checkpoint,
         "what save_weights wrote, in TensorFlow's format (its path, or its folder) or as .weights.h5;\n"
         "or a SavedModel")
      ->required()
      ->option_text("CHECKPOINT");
  sub->add_option("--config", command->config, "the config that says the same model, a TOML file")
      ->required()
      ->option_text("CONFIG");
  sub->add_option("--data", command->data.table,
                  "the table, for the vocabularies; the config's when not given")
      ->option_text("TABLE");
  sub->add_option("--out", command->out, "the folder for the bundle")->required()->option_text("DIR");
  add_threads(*sub, command->threads);
  add_settings(*sub, command->settings);
  sub->add_flag("--new-optimizer", command->new_optimizer,
                "leave the optimizer's state aside, where it is of another kind than the config's");
  sub->add_flag("--quiet", command->quiet, "only the report");
  add_text_options(*sub, command->data);
  sub->footer(std::string(kTableHelp) +
              "\nLayers are found by the structure of the model, kinds and shapes, not by names. Checkpoints "
              "hold no\n"
              "vocabularies: they are made again from the table, as Keras's adapt and numpy's unique order "
              "them, so it\n"
              "must be the table that the model was made with.\n"
              "\nExamples:\n"
              "  shortlist import model_weights/ --config anime.toml --data clean_data.csv --out runs/anime\n"
              "  shortlist import model.weights.h5 --config anime.toml --out runs/anime\n"
              "  shortlist train anime.toml --out runs/anime --resume --epochs 40\n");
}

void add_export(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* sub = nullptr;
  const auto command =
      add_command<ExportCommand>(app, chosen, "export", "a bundle in the format of another tool", sub);
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
  const char* tensorflow =
      "To TensorFlow: the Keras model's attributes, by which load_weights finds its variables";
  CLI::Option* like = sub->add_option("--like", command->like,
                                      "a checkpoint of the Keras model: all but the values is taken from it")
                          ->option_text("CHECKPOINT")
                          ->group(tensorflow);
  add_list(*sub, "--name", command->names,
           "OURS=THEIRS for query, candidate, cross, deep, prediction or features.NAME; again for more")
      ->excludes(like)
      ->group(tensorflow);
  sub->footer(
      "\ndocs/export.md shows each with the Python that opens it.\n"
      "\nExamples:\n"
      "  shortlist export runs/anime --to onnx --out anime-onnx\n"
      "  shortlist export runs/anime --to parquet --out anime.parquet\n"
      "  shortlist export runs/anime --to tensorflow --out weights/anime --like model_weights/\n"
      "  shortlist export runs/anime --to tensorflow --out weights/anime --name query=user_model \\\n"
      "      --name candidate=anime_model --name features.genre=genre_text_embedding\n");
}

void add_init(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<InitCommand>(app, chosen, "init", "write a config for a table", sub);
  sub->add_option("table", command->table.table, "the table")->required()->option_text("TABLE");
  add_text_options(*sub, command->table);
  auto visit = [&](const char* name, auto& field, const char* help) {
    sub->add_option("--" + std::string(name), field, help)->option_text("COLUMN");
  };
  command->options.fields(visit);
  sub->add_option("--out", command->out, "the file to write; standard output when not given")
      ->option_text("FILE");
  sub->footer(std::string(kTableHelp) +
              "\nThe config trains as it is; each choice has its reason beside it.\n"
              "\nExamples:\n"
              "  shortlist init ratings.csv > ratings.toml\n"
              "  shortlist init clicks.parquet --label clicked --candidate product --out clicks.toml\n");
}

void add_synth(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* sub = nullptr;
  const auto command =
      add_command<SynthCommand>(app, chosen, "synth", "make a table of ratings with planted taste", sub);
  auto visit = [&](const char* name, auto& field, const char* help) {
    sub->add_option("--" + std::string(name), field, help)->capture_default_str();
  };
  command->options.fields(visit);
  sub->add_option("--out", command->out,
                  "the file: .csv, .tsv, .jsonl, .parquet; - is CSV on standard output")
      ->required()
      ->option_text("FILE");
  add_threads(*sub, command->threads);
  sub->add_flag("--quiet", command->quiet, "no progress");
  sub->footer(
      "\nWhat was planted is written beside the table: FILE.truth.json\n"
      "\nExamples:\n"
      "  shortlist synth --rows 100000 --out ratings.csv\n"
      "  shortlist synth --rows 100000000 --seed 7 --out ratings.parquet\n");
}

// An option for each of the limits: --max-k, --idle-timeout.
void add_limits(CLI::App& sub, Limits& limits) {
  auto visit = [&](const char* name, auto& field, const char* help) {
    std::string flag = std::string("--") + name;
    std::ranges::replace(flag, '_', '-');
    sub.add_option(flag, field, help)->check(CLI::NonNegativeNumber)->capture_default_str()->group("Limits");
  };
  limits.fields(visit);
}

void add_serve(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* sub = nullptr;
  const auto command =
      add_command<ServeCommand>(app, chosen, "serve", "answer over HTTP, with a web page", sub);
  ServeOptions& options = command->options;
  sub->add_option("bundle", command->models,
                  "the folder that train made, or one with a file `latest` that names it; again, as "
                  "NAME=BUNDLE, for several models")
      ->required()
      ->option_text("BUNDLE");
  sub->add_option("--address", options.server.address, "the IP address to listen on")->capture_default_str();
  sub->add_option("--port", options.server.port, "0: a free one")->capture_default_str();
  sub->add_option("--threads", options.server.threads, "0: one for each processor")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  sub->add_option("--keys", options.keys, "who may ask: a file of keys, as shortlist key makes it")
      ->option_text("FILE");
  sub->add_flag("--without-keys", options.without_keys,
                "answer anyone, also on an address that others reach");
  CLI::Option* certificate =
      sub->add_option("--tls-certificate", options.server.tls_certificate, "serve https with this chain, PEM")
          ->option_text("FILE");
  CLI::Option* key =
      sub->add_option("--tls-key", options.server.tls_key, "the certificate's key, PEM")->option_text("FILE");
  certificate->needs(key);
  key->needs(certificate);
  sub->add_flag("!--no-watch", options.watch,
                "load a new bundle only when told to, by SIGHUP or by an admin");
  add_limits(*sub, options.limits);
  sub->footer(
      "\nSIGTERM lets open requests end; SIGHUP loads the bundles again. docs/serving.md has the rest.\n"
      "\nExamples:\n"
      "  shortlist serve runs/anime\n"
      "  shortlist serve anime=runs/anime films=runs/films --port 9000\n"
      "  shortlist serve runs/anime --address 0.0.0.0 --keys keys --tls-certificate chain.pem --tls-key "
      "key.pem\n");
}

void add_bench(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* bench = app.add_subcommand("bench", "measure how fast this machine is at it");
  bench->require_subcommand(1);
  CLI::App* sub = nullptr;
  const auto command = add_command<BenchServeCommand>(
      *bench, chosen, "serve", "a bundle's answers over HTTP on this machine, at a fixed rate of requests",
      sub);
  sub->add_option("bundle", command->bundle, "the folder that train made")->required()->option_text("BUNDLE");
  sub->add_option("--rate", command->rate,
                  "requests a second, whatever is answered; 0: as fast as answers come")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  sub->add_option("--seconds", command->seconds, "how long")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  sub->add_option("--warm-up", command->warm_up, "seconds before, which do not count")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  sub->add_option("--connections", command->connections, "kept alive")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  sub->add_option("-k", command->k, "items in an answer")->capture_default_str();
  sub->add_option("--retrieve", command->retrieve, "items that retrieval hands to the ranking")
      ->capture_default_str();
  add_list(*sub, "--where", command->where, "a condition on an attribute, as recommend takes it");
  sub->add_option("--threads", command->threads, "of the server; 0: one for each processor")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  sub->add_option("--swaps", command->swaps,
                  "times that the bundle is loaded again meanwhile and takes the model's place")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  sub->footer(
      "\nServer and generator share the machine. A request's time counts from when it was due, so a stall "
      "shows\n"
      "in all requests that it held up. The queries are the bundle's golden ones.\n"
      "\nExample:\n"
      "  shortlist bench serve runs/anime --rate 5000\n"
      "  shortlist bench serve runs/anime --swaps 1000 --seconds 100\n");
}

void add_key_command(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<KeyCommand>(app, chosen, "key", "make a key for serve", sub);
  sub->add_option("name", command->name, "whose it is, one word")->required()->option_text("NAME");
  sub->add_option("--keys", command->file, "the file of keys to add it to")->required()->option_text("FILE");
  sub->add_option_function<std::string>(
         "--scope",
         [command](const std::string& scope) {
           command->scope = scope == "admin" ? Scope::admin : Scope::read;
         },
         "what it allows: read, or admin, which may load models, too; read when not given")
      ->check(CLI::IsMember({"read", "admin"}));
  sub->footer(
      "\nPrints the key, which stands nowhere else: the file keeps its hash.\n"
      "\nExample:\n"
      "  shortlist key page --keys keys\n");
}

}  // namespace

std::function<void()> parse_arguments(int count, char** arguments) {
  std::function<void()> chosen;
  CLI::App app("Shortlist, a recommender engine: from a table to recommendations.", "shortlist");
  app.set_version_flag("--version", SHORTLIST_VERSION);
  app.require_subcommand(1);
  app.footer(
      "\nshortlist COMMAND --help tells what each takes.\n"
      "Exit codes: 0 well, 1 failed, 2 wrong usage, 3 bad data, 130 interrupted.");
  add_inspect(app, chosen);
  add_convert(app, chosen);
  add_init(app, chosen);
  add_describe(app, chosen);
  add_train(app, chosen, {arguments, arguments + count});
  add_evaluate(app, chosen);
  add_recommend(app, chosen);
  add_predict(app, chosen);
  add_similar(app, chosen);
  add_embed(app, chosen);
  add_import(app, chosen);
  add_export(app, chosen);
  add_serve(app, chosen);
  add_key_command(app, chosen);
  add_bench(app, chosen);
  add_synth(app, chosen);
  try {
    app.parse(count, arguments);
  } catch (const CLI::Success& asked) {
    app.exit(asked);
    return {};
  } catch (const CLI::ParseError& error) {
    throw usage_error("{}\nshortlist --help and shortlist COMMAND --help tell what there is", error.what());
  }
  return chosen;
}

}  // namespace shortlist
