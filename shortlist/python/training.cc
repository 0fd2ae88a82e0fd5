#include "shortlist/python/training.h"

#include <fcntl.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>
#include <stdio.h>

#include <cerrno>
#include <cstring>

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/config/read_config.h"
#include "shortlist/init/init_config.h"
#include "shortlist/io/json.h"
#include "shortlist/jobs/doctor.h"
#include "shortlist/jobs/evaluate.h"
#include "shortlist/jobs/import_bundle.h"
#include "shortlist/jobs/import_factors.h"
#include "shortlist/jobs/run_files.h"
#include "shortlist/jobs/training.h"
#include "shortlist/python/arrays.h"
#include "shortlist/python/python_events.h"
#include "shortlist/python/table_argument.h"
#include "shortlist/python/values.h"
#include "shortlist/report/evaluation_text.h"

namespace shortlist::python {
namespace {

using OptionalTable = std::optional<TableArgument>;

nb::object report_of(const EvaluationReport& report) {
  return to_python(parse_json_value(report_json(report), "the report"));
}

// A section for a table of items or users that the config does not have.
void add_section(Value& root, const char* section, const OptionalTable& table) {
  if (!table) return;
  const Value* known = root.find(section);
  if (known == nullptr || (known->find("table") == nullptr && known->find("sql") == nullptr))
    set_path(root, std::string(section) + ".table", Value(table->config.source().describe()));
}

void apply_tables(Config& config, const OptionalTable& data, const OptionalTable& items,
                  const OptionalTable& users) {
  if (data) data->apply(config.data);
  if (items) items->apply(config.items);
  if (users) users->apply(*config.users);
}

std::string draft_config(const TableArgument& data, const OptionalTable& items, const OptionalTable& users,
                         nb::handle label_given, nb::handle item_given, nb::handle query_given) {
  const auto label = read_argument<std::string>(label_given, "label");
  const auto item = read_argument<std::string>(item_given, "item");
  const auto query = read_argument<std::vector<std::string>>(query_given, "query");
  const nb::gil_scoped_release released;
  const Table table = Table::open(data.config.source());
  std::optional<Table> item_table, user_table;
  InitSides sides;
  if (items) sides.items = &item_table.emplace(Table::open(items->config.source()));
  if (users) sides.users = &user_table.emplace(Table::open(users->config.source()));
  return init_config(table, {.label = label, .item = item, .query = query}, sides);
}

// The config of a dict, with these tables in place of its own.
Config config_with_tables(nb::dict settings, const OptionalTable& data, const OptionalTable& items,
                          const OptionalTable& users) {
  Value root = to_value(settings);
  add_section(root, "items", items);
  add_section(root, "users", users);
  Config config = read_config(root, "the config");
  apply_tables(config, data, items, users);
  return config;
}

nb::object train_model(nb::dict settings, const TableArgument& data, const OptionalTable& items,
                       const OptionalTable& users, nb::handle out, nb::handle threads, nb::handle resume,
                       nb::handle overwrite, nb::handle from_checkpoint, nb::handle from_bundle,
                       nb::handle keep_values, nb::object function, nb::handle interval) {
  const TrainingOptions options{
      .out = read_argument<std::string>(out, "out"),
      .threads = read_threads(threads),
      .resume = read_argument<bool>(resume, "resume"),
      .overwrite = read_argument<bool>(overwrite, "overwrite"),
      .from_checkpoint = read_argument<std::string>(from_checkpoint, "from_checkpoint"),
      .from = read_argument<std::string>(from_bundle, "from_bundle"),
      .keep_values = read_argument<bool>(keep_values, "keep_values")};
  const Config config = config_with_tables(settings, data, items, users);
  std::atomic<bool> stop = false;
  PythonEvents events(std::move(function),
                      read_argument<double>(interval, "step_interval", Range::at_least(0)), stop);
  TrainingResult result;
  {
    const nb::gil_scoped_release released;
    result = train(config, options, events, stop);
  }
  events.rethrow();
  return result.finished ? report_of(result.report) : nb::none();
}

void import_model(nb::handle checkpoint, nb::dict settings, const TableArgument& data,
                  const OptionalTable& items, const OptionalTable& users, nb::handle out,
                  nb::handle threads) {
  const ImportOptions options{.checkpoint = read_argument<std::string>(checkpoint, "checkpoint"),
                              .out = read_argument<std::string>(out, "out"),
                              .threads = read_threads(threads)};
  const Config config = config_with_tables(settings, data, items, users);
  const nb::gil_scoped_release released;
  import_bundle(config, options);
}

void import_given_factors(nb::dict settings, const TableArgument& data, const OptionalTable& items,
                          const std::vector<std::string>& users, const std::vector<std::string>& item_ids,
                          const MatrixArgument<float>& user_factors,
                          const MatrixArgument<float>& item_factors, const VectorArgument<float>& item_biases,
                          nb::handle out_given, nb::handle threads_given) {
  const auto out = read_argument<std::string>(out_given, "out");
  const int threads = read_threads(threads_given);
  const Config config = config_with_tables(settings, data, items, std::nullopt);
  const std::span<const float> biases = view(item_biases);
  const GivenFactors factors{
      users, item_ids, view(user_factors), view(item_factors), {biases.begin(), biases.end()}};
  const nb::gil_scoped_release released;
  import_factors(config, factors, out, threads);
}

nb::object diagnose_config(nb::dict settings, const OptionalTable& data, const OptionalTable& items,
                           const OptionalTable& users) {
  const Config config = config_with_tables(settings, data, items, users);
  std::string json;
  {
    const nb::gil_scoped_release released;
    json = diagnosis_json(diagnose(config));
  }
  return to_python(parse_json_value(json, "the diagnosis"));
}

nb::object evaluate_model(const std::string& path, const OptionalTable& data, const OptionalTable& items,
                          const OptionalTable& users, nb::handle split_given, nb::handle threads_given,
                          nb::handle by_given) {
  const auto by = read_argument<std::vector<std::string>>(by_given, "by");
  const auto split = read_argument<std::string>(split_given, "split");
  const int threads = read_threads(threads_given);
  std::optional<EvaluationReport> report;
  {
    const nb::gil_scoped_release released;
    Bundle bundle = load_bundle(path);
    Config config = *bundle.config;
    use_tables_of_run(path, config);
    if (items && !config.items.has_table()) throw usage_error("items: the model has no table of items");
    if (users && !config.users) throw usage_error("users: the model has no table of users");
    apply_tables(config, data, items, users);
    report = evaluate(std::move(bundle), config, split, threads, by);
  }
  return report_of(*report);
}

// Renames a complete folder to `target`. What is there already moves to the place of `made` in the same step.
void replace_folder(nb::handle made_given, nb::handle target_given) {
  const auto made = read_argument<std::string>(made_given, "made");
  const auto target = read_argument<std::string>(target_given, "path");
  const nb::gil_scoped_release released;
  const auto rename = [&](unsigned flags) {
    return renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, target.c_str(), flags) == 0;
  };
  if (rename(RENAME_NOREPLACE) || (errno == EEXIST && rename(RENAME_EXCHANGE))) return;
  throw failed("{}: cannot be written: {}", target, std::strerror(errno));
}

}  // namespace

void bind_training(nb::module_& module) {
  using namespace nb::literals;
  bind_parameters(module);
  module.def(
      "nearest",
      [](nb::handle word, const std::vector<std::string>& candidates) {
        return nearest(shown(word), candidates);
      },
      "word"_a.none(), "candidates"_a,
      nb::sig("def nearest(word: str, candidates: collections.abc.Sequence[str]) -> str"));
  module.def("replace_folder", &replace_folder, "made"_a, "target"_a,
             nb::sig("def replace_folder(made: str, target: str) -> None"));
  module.def("draft_config", &draft_config, "data"_a, "items"_a.none(), "users"_a.none(), "label"_a.none(),
             "item"_a.none(), "query"_a.none(),
             nb::sig("def draft_config(data: Table, items: Table | None, users: Table | None, label: str, "
                     "item: str, query: collections.abc.Sequence[str]) -> str"));
  module.def(
      "train", &train_model, "config"_a, "data"_a, "items"_a.none(), "users"_a.none(), "out"_a.none(),
      "threads"_a.none(), "resume"_a.none(), "overwrite"_a.none(), "from_checkpoint"_a.none(),
      "from_bundle"_a.none(), "keep_values"_a.none(), "function"_a.none(), "interval"_a.none(),
      nb::sig(
          "def train(config: dict[str, typing.Any], data: Table, items: Table | None, users: Table | None, "
          "out: str, threads: int, resume: bool, overwrite: bool, from_checkpoint: str, "
          "from_bundle: str, keep_values: bool, "
          "function: collections.abc.Callable[[str, dict[str, typing.Any]], object] | None, "
          "interval: float) -> dict[str, typing.Any] | None"));
  module.def("import_keras", &import_model, "checkpoint"_a.none(), "config"_a, "data"_a, "items"_a.none(),
             "users"_a.none(), "out"_a.none(), "threads"_a.none(),
             nb::sig("def import_keras(checkpoint: str, config: dict[str, typing.Any], data: Table, "
                     "items: Table | None, users: Table | None, out: str, threads: int) -> None"));
  module.def("import_factors", &import_given_factors, "config"_a, "data"_a, "items"_a.none(), "user_ids"_a,
             "item_ids"_a, "user_factors"_a, "item_factors"_a, "item_biases"_a, "out"_a.none(),
             "threads"_a.none(),
             nb::sig("def import_factors(config: dict[str, typing.Any], data: Table, items: Table | None, "
                     "user_ids: collections.abc.Sequence[str], item_ids: collections.abc.Sequence[str], "
                     "user_factors: typing.Any, item_factors: typing.Any, item_biases: typing.Any, out: str, "
                     "threads: int) -> None"));
  module.def(
      "evaluate", &evaluate_model, "path"_a, "data"_a.none(), "items"_a.none(), "users"_a.none(),
      "split"_a.none(), "threads"_a.none(), "by"_a.none(),
      nb::sig("def evaluate(path: str, data: Table | None, items: Table | None, users: Table | None, "
              "split: str, threads: int, by: collections.abc.Sequence[str]) -> dict[str, typing.Any]"));
  module.def("diagnose", &diagnose_config, "config"_a, "data"_a.none(), "items"_a.none(), "users"_a.none(),
             nb::sig("def diagnose(config: dict[str, typing.Any], data: Table | None, items: Table | None, "
                     "users: Table | None) -> dict[str, typing.Any]"));
}

}  // namespace shortlist::python
