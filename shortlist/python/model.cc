#include "shortlist/python/model.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <mutex>

#include "shortlist/bundle/bundle.h"
#include "shortlist/config/config_toml.h"
#include "shortlist/io/json.h"
#include "shortlist/io/toml.h"
#include "shortlist/jobs/item_table.h"
#include "shortlist/jobs/query_table.h"
#include "shortlist/jobs/rows.h"
#include "shortlist/python/arrays.h"
#include "shortlist/python/table_argument.h"
#include "shortlist/python/values.h"
#include "shortlist/recommend/gap_notes.h"
#include "shortlist/recommend/recommender.h"
#include "shortlist/recommend/shown_predictions.h"

namespace shortlist::python {
namespace {

using Lists = std::vector<std::vector<Recommendation>>;

// The options of a request for recommendations.
struct Request {
  int k = 10, offset = 0, retrieve = 0;
  std::vector<std::string> where, exclude;
  std::optional<std::vector<std::string>> allow;
  std::optional<ListOrder> order;
  std::optional<double> blend;
  std::optional<SeenPolicy> seen;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("k", k, "", Range::at_least(1));
    visit("offset", offset, "", Range::at_least(0));
    visit("retrieve", retrieve, "", Range::at_least(0));
    visit("where", where, "");
    visit("exclude", exclude, "");
    visit("allow", allow, "");
    visit("order", order, "");
    visit("blend", blend, "", Range::between(0, 1));
    visit("seen", seen, "");
  }

  RecommendOptions options() const {
    RecommendOptions options{.k = k,
                             .offset = offset,
                             .retrieve = retrieve,
                             .allow = allow,
                             .exclude = exclude,
                             .seen = seen,
                             .order = order,
                             .blend = blend};
    for (const std::string& condition : where) options.where.push_back(Condition::parse(condition));
    return options;
  }
};

RecommendOptions options_of(nb::dict settings) {
  Request request;
  read_fields(to_value(settings), request, {"", ""});
  return request.options();
}

// The text of a value as a table of texts would have it.
std::string text_of_value(nb::handle value, const std::string& column) {
  if (PyUnicode_Check(value.ptr())) return text_of(value, column);
  if (PyBool_Check(value.ptr())) return nb::cast<bool>(value) ? "true" : "false";
  if (PyFloat_Check(value.ptr())) return fmt::format("{}", PyFloat_AS_DOUBLE(value.ptr()));
  if (nb::hasattr(value.type(), "isoformat")) return shown(value.attr("isoformat")());
  if (const std::string type = type_name_of(value); type == "bool" || type == "bool_")  // NumPy's
    return PyObject_IsTrue(value.ptr()) == 1 ? "true" : "false";
  if (!PyNumber_Check(value.ptr()) || PySequence_Check(value.ptr()))
    throw data_error("{}: got a {}, need a text, a number, a boolean or a time", column, type_name_of(value));
  return shown(value);
}

Record record_of(nb::dict values) {
  Record record;
  for (const auto& [key, value] : values) {
    const std::string column = shown(key);
    if (!is_missing(value)) record.emplace_back(column, text_of_value(value, column));
  }
  return record;
}

// Lists of items, one after another.
struct Answer {
  explicit Answer(size_t labels) : predictions(labels) {}

  void add(int64_t query, const std::vector<Recommendation>& items, int offset) {
    for (size_t i = 0; i < items.size(); ++i) {
      queries.push_back(query);
      found.push_back(items[i].item);
      ranks.push_back(static_cast<int64_t>(i) + offset + 1);
      scores.push_back(items[i].score);
      for (size_t t = 0; t < predictions.size(); ++t) predictions[t].push_back(items[i].predictions[t]);
    }
  }

  nb::dict take() {
    nb::list labels;
    for (std::vector<float>& label : predictions) labels.append(array_of(std::move(label)));
    nb::dict arrays;
    arrays["query"] = array_of(std::move(queries));
    arrays["item"] = array_of(std::move(found));
    arrays["rank"] = array_of(std::move(ranks));
    arrays["score"] = array_of(std::move(scores));
    arrays["predictions"] = labels;
    arrays["notes"] = nb::cast(notes);
    return arrays;
  }

  std::vector<int64_t> queries, ranks;
  std::vector<uint32_t> found;
  std::vector<float> scores;
  std::vector<std::vector<float>> predictions;  // [label]
  std::vector<std::string> notes;
};

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
      answer.notes = notes_on_gaps(recommender_, record);
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
    return Recommender::load(path);
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
