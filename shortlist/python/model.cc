#include "shortlist/python/model.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <mutex>

#include "shortlist/bundle/bundle.h"
#include "shortlist/bundle/fetch_bundle.h"
#include "shortlist/config/config_toml.h"
#include "shortlist/io/json.h"
#include "shortlist/io/toml.h"
#include "shortlist/jobs/item_table.h"
#include "shortlist/jobs/query_table.h"
#include "shortlist/jobs/rows.h"
#include "shortlist/python/arrays.h"
#include "shortlist/python/requests.h"
#include "shortlist/python/table_argument.h"
#include "shortlist/python/values.h"
#include "shortlist/recommend/gap_notes.h"
#include "shortlist/recommend/recommender.h"
#include "shortlist/recommend/shown_predictions.h"

namespace shortlist::python {
namespace {

using Lists = std::vector<std::vector<Recommendation>>;

class Model {
 public:
  explicit Model(nb::handle path) : recommender_(load(read_argument<std::string>(path, "path"))) {}

  nb::dict recommend(const TableArgument& queries, nb::dict settings, nb::handle threads_given) {
    const int threads = read_threads(threads_given);
    const RecommendOptions options = options_of(settings);
    Answer answer(recommender_.labels().size());
    {
      const nb::gil_scoped_release released;
      const Table table = open(queries);
      QueryTable asked(recommender_, table);
      struct Part {
        Lists lists;
        std::vector<ColumnGaps> gaps;
      };
      const auto work = [&](const Chunk& chunk, Part& part) {
        const std::vector<Column> columns = asked.columns(chunk);
        part.lists = recommender_.recommend(columns, options);
        clamp_to_labels(recommender_.bundle(), part.lists);
        part.gaps = recommender_.query_context().gaps(columns);
      };
      const auto write = [&](const Chunk& chunk, const Part& part) {
        for (size_t row = 0; row < part.lists.size(); ++row)
          answer.add(static_cast<int64_t>(chunk.first_row + row), part.lists[row], options.offset);
        asked.count(part.gaps, chunk.rows);
      };
      ThreadPool pool(threads);
      work_on_rows<Part>(table, asked.requests(), pool, work, write, [] {});
      answer.notes = asked.notes();
      for (const std::string& note : recommender_.notes(options.where)) answer.notes.push_back(note);
    }
    return answer.take();
  }

  nb::dict recommend_one(nb::dict query, nb::dict settings) {
    const RecommendOptions options = options_of(settings);
    const Record record = record_of(query);
    Answer answer(recommender_.labels().size());
    {
      const nb::gil_scoped_release released;
      std::vector<Recommendation> items = recommender_.recommend(record, options);
      clamp_to_labels(recommender_.bundle(), items);
      answer.add(0, items, options.offset);
      answer.notes = recommender_.unseen(record);
      for (const std::string& note : notes_on_gaps(recommender_, record)) answer.notes.push_back(note);
      for (const std::string& note : recommender_.notes(options.where)) answer.notes.push_back(note);
    }
    return answer.take();
  }

  nb::dict predict(const TableArgument& pairs, nb::handle threads_given, nb::handle raw_given) {
    const int threads = read_threads(threads_given);
    const bool raw = read_argument<bool>(raw_given, "raw");
    std::vector<std::vector<float>> labels(recommender_.labels().size());
    std::vector<std::string> notes;
    {
      const nb::gil_scoped_release released;
      const Table table = open(pairs);
      QueryTable queries(recommender_, table);
      ItemTable items(recommender_, table);
      std::vector<ColumnRequest> requests = queries.requests();
      const size_t of_query = requests.size();
      std::ranges::copy(items.requests(), std::back_inserter(requests));
      struct Part {
        std::vector<std::vector<float>> rows;
        std::vector<ColumnGaps> gaps;
        size_t unknown = 0;
      };
      const auto work = [&](const Chunk& chunk, Part& part) {
        const std::vector<Column> asked = queries.columns(chunk);
        const auto [known, columns, unknown] = items.read(chunk, of_query);
        part.rows = known.empty() ? recommender_.predict(asked, columns)
                                  : recommender_.predict(asked, columns, known);
        part.unknown = unknown;
        if (!raw) clamp_to_labels(recommender_.bundle(), part.rows);
        part.gaps = recommender_.query_context().gaps(asked);
      };
      const auto write = [&](const Chunk& chunk, const Part& part) {
        for (const std::vector<float>& row : part.rows)
          for (size_t t = 0; t < labels.size(); ++t) labels[t].push_back(row[t]);
        queries.count(part.gaps, chunk.rows);
        items.count(part.unknown);
      };
      ThreadPool pool(threads);
      work_on_rows<Part>(table, requests, pool, work, write, [] {});
      notes = queries.notes();
      if (const std::string note = items.note(); !note.empty()) notes.push_back(note);
    }
    nb::list arrays;
    for (std::vector<float>& label : labels) arrays.append(array_of(std::move(label)));
    nb::dict answer;
    answer["predictions"] = arrays;
    answer["notes"] = nb::cast(notes);
    return answer;
  }

  std::vector<float> predict_one(nb::dict query, nb::dict item, nb::handle raw_given) {
    const bool raw = read_argument<bool>(raw_given, "raw");
    const Record asked = record_of(query), candidate = record_of(item);
    const nb::gil_scoped_release released;
    std::vector<float> labels = recommender_.predict(asked, candidate);
    if (!raw) clamp_to_labels(recommender_.bundle(), labels);
    return labels;
  }

  uint32_t find_item(const std::string& id) const {
    if (const auto item = recommender_.find_item(id)) return *item;
    const std::string near = recommender_.nearest_id(id);
    throw data_error("the model knows no {} '{}'{}", recommender_.id_column(), id,
                     near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
  }

  nb::tuple similar(nb::handle id, nb::handle by, nb::handle count) {
    const uint32_t item = find_item(text_of_value(id, recommender_.id_column()));
    const auto similarity = read_argument<Similarity>(by, "by");
    const int k = read_argument<int>(count, "k", Range::at_least(1));
    std::vector<SimilarItem> found;
    {
      const nb::gil_scoped_release released;
      found = recommender_.similar(item, similarity, k);
    }
    std::vector<uint32_t> items;
    std::vector<double> similarities;
    for (const SimilarItem& one : found) {
      items.push_back(one.item);
      similarities.push_back(one.similarity);
    }
    return nb::make_tuple(array_of(std::move(items)), array_of(std::move(similarities)));
  }

  nb::object embed_queries(const TableArgument& queries, nb::handle threads_given) {
    const int threads = read_threads(threads_given);
    std::vector<float> values;
    size_t width = 0;
    {
      const nb::gil_scoped_release released;
      width = recommender_.bundle().need_towers("embed_queries").query_width();
      const Table table = open(queries);
      const QueryTable asked(recommender_, table);
      ThreadPool pool(threads);
      work_on_rows<std::vector<std::vector<float>>>(
          table, asked.requests(), pool,
          [&](const Chunk& chunk, auto& rows) { rows = recommender_.embed_queries(asked.columns(chunk)); },
          [&](const Chunk&, const auto& rows) {
            for (const auto& row : rows) values.insert(values.end(), row.begin(), row.end());
          },
          [] {});
    }
    return array_of(std::move(values), width);
  }

  nb::object embed_items() const {
    const ConstMatrix vectors = recommender_.bundle().need_item_vectors("embed_items");
    std::vector<float> values;
    values.reserve(vectors.rows * vectors.cols);
    for (size_t r = 0; r < vectors.rows; ++r)
      values.insert(values.end(), vectors.row(r), vectors.row(r) + vectors.cols);
    return array_of(std::move(values), vectors.cols);
  }

  // Integers if the column has integers that fit 64 bits, else texts.
  nb::object item_ids() const {
    const Items& items = recommender_.bundle().items;
    if (recommender_.bundle().features.form(items.id_column) == TextForm::integer) {
      std::vector<int64_t> ids;
      for (const std::string& id : items.ids) {
        int64_t number = 0;
        const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
        if (error != std::errc() || end != id.data() + id.size()) break;
        ids.push_back(number);
      }
      if (ids.size() == items.ids.size()) return array_of(std::move(ids));
    }
    nb::list texts;
    for (const std::string& id : items.ids) texts.append(nb::str(id.c_str(), id.size()));
    return texts;
  }

  // (name, kind, values): text, number, time (seconds since 1970) or list; None for missing values.
  nb::list attributes() const {
    nb::list all;
    for (const Attribute& attribute : recommender_.attributes()) {
      nb::list values;
      for (const AttributeValue& value : attribute.values) {
        const auto* seconds = std::get_if<double>(&value);
        if (attribute.kind == AttributeKind::time && seconds != nullptr)
          values.append(nb::float_(*seconds));
        else
          values.append(to_python(shortlist::to_value(attribute, value)));
      }
      all.append(nb::make_tuple(attribute.name, std::string(enum_name(attribute.kind)), values));
    }
    return all;
  }

  nb::object report() const {
    return to_python(parse_json_value(recommender_.bundle().report_json, "report.json"));
  }
  nb::object history() const {
    return to_python(parse_json_value(recommender_.bundle().history_json, "history.json"));
  }
  nb::object config() const {
    return to_python(parse_toml(config_to_toml(*recommender_.bundle().config), "config.toml"));
  }

  const Recommender& recommender() const { return recommender_; }

 private:
  static Recommender load(const std::string& path) {
    const nb::gil_scoped_release released;
    return Recommender::load(local_bundle(path));
  }

  // A table whose texts are read like those that the model was trained on.
  Table open(const TableArgument& argument) const {
    TableConfig section = recommender_.bundle().config->data;
    section.sql.clear();
    section.data.clear();
    argument.apply(section);
    return Table::open(section.source());
  }

  Recommender recommender_;
};

}  // namespace

void bind_model(nb::module_& module) {
  using namespace nb::literals;
  nb::class_<Model>(module, "Model")
      .def(nb::init<nb::handle>(), "path"_a.none(), nb::sig("def __init__(self, path: str) -> None"))
      .def("recommend", &Model::recommend, "queries"_a, "settings"_a, "threads"_a.none(),
           nb::sig("def recommend(self, queries: Table, settings: dict[str, typing.Any], threads: int) -> "
                   "dict[str, typing.Any]"))
      .def("recommend_one", &Model::recommend_one, "query"_a, "settings"_a,
           nb::sig("def recommend_one(self, query: dict[str, typing.Any], settings: dict[str, typing.Any]) "
                   "-> dict[str, typing.Any]"))
      .def("predict", &Model::predict, "pairs"_a, "threads"_a.none(), "raw"_a.none(),
           nb::sig("def predict(self, pairs: Table, threads: int, raw: bool) -> dict[str, typing.Any]"))
      .def("predict_one", &Model::predict_one, "query"_a, "item"_a.none(), "raw"_a.none(),
           nb::sig("def predict_one(self, query: dict[str, typing.Any], item: dict[str, typing.Any], raw: "
                   "bool) -> list[float]"))
      .def("similar", &Model::similar, "item"_a.none(), "by"_a.none(), "k"_a.none(),
           nb::sig("def similar(self, item: object, by: str, k: int) -> "
                   "tuple[numpy.typing.NDArray[numpy.uint32], numpy.typing.NDArray[numpy.float64]]"))
      .def("find_item", &Model::find_item, "item"_a.none())
      .def(
          "embed_queries", &Model::embed_queries, "queries"_a, "threads"_a.none(),
          nb::sig(
              "def embed_queries(self, queries: Table, threads: int) -> numpy.typing.NDArray[numpy.float32]"))
      .def("embed_items", &Model::embed_items,
           nb::sig("def embed_items(self) -> numpy.typing.NDArray[numpy.float32]"))
      .def("item_ids", &Model::item_ids,
           nb::sig("def item_ids(self) -> numpy.typing.NDArray[numpy.int64] | list[str]"))
      .def("attributes", &Model::attributes,
           nb::sig("def attributes(self) -> list[tuple[str, str, list[typing.Any]]]"))
      .def("report", &Model::report, nb::sig("def report(self) -> dict[str, typing.Any]"))
      .def("history", &Model::history, nb::sig("def history(self) -> dict[str, typing.Any]"))
      .def("config", &Model::config, nb::sig("def config(self) -> dict[str, typing.Any]"))
      .def_prop_ro("id_column", [](const Model& m) { return m.recommender().id_column(); })
      .def_prop_ro("labels", [](const Model& m) { return m.recommender().labels(); })
      .def_prop_ro("query_columns", [](const Model& m) { return m.recommender().query_columns(); })
      .def_prop_ro("item_columns", [](const Model& m) { return m.recommender().item_columns(); })
      .def_prop_ro("has_scores", [](const Model& m) { return m.recommender().has_retrieval(); })
      .def_prop_ro("display",
                   [](const Model& m) -> std::optional<std::string> {
                     const auto at = m.recommender().display();
                     if (!at) return std::nullopt;
                     return m.recommender().attribute_names()[*at];
                   })
      .def_prop_ro("path", [](const Model& m) { return m.recommender().bundle().path; })
      .def_prop_ro("kind", [](const Model& m) { return m.recommender().bundle().spec.kind; })
      .def_prop_ro("version", [](const Model& m) { return m.recommender().bundle().version; });
}

}  // namespace shortlist::python
