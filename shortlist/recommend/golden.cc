#include "shortlist/recommend/golden.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "shortlist/base/random.h"
#include "shortlist/bundle/bundle.h"
#include "shortlist/features/list_values.h"
#include "shortlist/io/json.h"
#include "shortlist/math/product.h"
#include "shortlist/recommend/form.h"
#include "shortlist/table/time_text.h"

namespace shortlist {
namespace {

using nlohmann::json;

constexpr uint64_t kRequests = 8;
constexpr double kTolerance = 1e-3;  // between different processors

// Whether this processor's products use fused multiply-add. The square of 1 + 2^-12 is not a float; its last
// digit survives only if the product is not rounded before the addition.
bool products_are_fused() {
  constexpr float x = 1 + 0x1p-12f;
  const float a[] = {-1, x}, b[] = {1 + 0x1p-11f, x};
  Panels panels;
  panels.pack_transposed({b, 1, 2, 2});
  float c = 0;
  multiply(ConstMatrix{a, 1, 2, 2}, panels, Matrix{&c, 1, 1, 1});
  return c != 0;
}

// Draws a value of a column from those that the feature knows, or "" if there are none.
std::string draw_value(const FormField& field, const RandomStream& draws) {
  const auto choice = [&](uint64_t counter) -> const std::string& {
    return field.choices[draws.below(counter, field.choices.size())];
  };
  switch (field.input) {
    case InputKind::one:
      return field.choices.empty() ? "" : choice(0);
    case InputKind::several:
      return field.choices.empty() ? "" : bracketed_list({choice(0), choice(1)});
    case InputKind::words:
      return field.choices.empty() ? "" : choice(0) + " " + choice(1);
    case InputKind::number:
    case InputKind::time: {
      if (!field.least) return "";
      const double drawn = std::round(*field.least + draws.uniform(0) * (*field.most - *field.least));
      return field.input == InputKind::time ? time_text(drawn) : fmt::format("{}", drawn);
    }
    case InputKind::vector:
      break;
  }
  return "";
}

// Whether a number feature also reads the column: it could not parse an ISO 8601 time.
bool is_number_too(const FeatureMap& features, const std::string& column) {
  for (size_t i = 0; i < features.size(); ++i) {
    if (features[i].column == column && features[i].feature->input().kind == InputKind::number) return true;
  }
  return false;
}

// The last query has no values.
std::vector<Record> draw_queries(const Bundle& bundle) {
  std::vector<FormField> form = query_form(bundle);
  std::erase_if(form, [&](const FormField& field) {
    return field.input == InputKind::time && is_number_too(bundle.features, field.column);
  });
  std::vector<Record> queries;
  const RandomStream draws(1, "golden requests");
  for (uint64_t i = 0; i + 1 < kRequests; ++i) {
    Record& query = queries.emplace_back();
    for (size_t c = 0; c < form.size(); ++c) {
      std::string value = draw_value(form[c], draws.at(i).at(c));
      if (!value.empty()) query.emplace_back(form[c].column, std::move(value));
    }
  }
  queries.emplace_back();
  return queries;
}

json answer_json(const Recommender& recommender, const std::vector<Recommendation>& answer) {
  json items = json::array();
  for (const Recommendation& r : answer) {
    items.push_back(
        {{"id", recommender.item_id(r.item)}, {"score", r.score}, {"predictions", r.predictions}});
  }
  return items;
}

bool is_finite(const std::vector<Recommendation>& answer) {
  return std::ranges::all_of(answer, [](const Recommendation& r) {
    return std::isfinite(r.score) &&
           std::ranges::all_of(r.predictions, [](float p) { return std::isfinite(p); });
  });
}

json query_json(const Record& query) {
  json object = json::object();
  for (const auto& [column, value] : query) object[column] = value;
  return object;
}

Record query_from_json(const json& object) {
  Record query;
  for (const auto& [column, value] : object.items()) query.emplace_back(column, value);
  return query;
}

int count_from_json(const json& request, const char* name) {
  constexpr int kMost = 1'000'000;
  const json& count = request.at(name);
  if (!count.is_number_unsigned() || count > kMost)
    throw data_error("{} is {}, need an integer up to {}", name, dump_json_line(count), kMost);
  return count.get<int>();
}

bool same_bits(float a, float b) { return std::memcmp(&a, &b, sizeof a) == 0; }
bool near(float a, float b) { return std::abs(a - b) <= kTolerance * std::max(1.0f, std::abs(b)); }

// Describes the difference, or "" if there is none.
std::string difference(const Recommender& recommender, const std::vector<Recommendation>& answer,
                       const json& expected, bool exactly) {
  if (answer.size() != expected.size())
    return fmt::format("returned {} items instead of {}", answer.size(), expected.size());
  const auto same = [&](float a, float b) { return exactly ? same_bits(a, b) : near(a, b); };
  for (size_t i = 0; i < answer.size(); ++i) {
    const auto id = expected[i].at("id").get<std::string>();
    if (exactly && recommender.item_id(answer[i].item) != id)
      return fmt::format("item {} is '{}' instead of '{}'", i + 1, recommender.item_id(answer[i].item), id);
    const float score = expected[i].at("score");
    if (exactly && !same(answer[i].score, score))
      return fmt::format("item {} has the score {} instead of {}", i + 1, answer[i].score, score);
    const auto predictions = expected[i].at("predictions").get<std::vector<float>>();
    if (predictions.size() != answer[i].predictions.size())
      return fmt::format("item {} has {} predictions instead of {}", i + 1, answer[i].predictions.size(),
                         predictions.size());
    for (size_t t = 0; t < predictions.size(); ++t) {
      if (!same(answer[i].predictions[t], predictions[t]))
        return fmt::format("item {} has the prediction {} instead of {}", i + 1, answer[i].predictions[t],
                           predictions[t]);
    }
  }
  return "";
}

}  // namespace

std::string golden_requests(Bundle bundle) {
  const Recommender recommender{std::move(bundle)};
  const RecommendOptions options;
  json requests = json::array();
  for (const Record& query : draw_queries(recommender.bundle())) {
    std::vector<Recommendation> answer;
    try {
      answer = recommender.recommend(query, options);
    } catch (const Error& error) {
      // A feature that does not allow missing values rejects the query, so it is not used as a golden
      // request.
      if (error.kind() != ErrorKind::data) throw;
      continue;
    }
    if (!is_finite(answer)) continue;
    requests.push_back({{"query", query_json(query)},
                        {"k", options.k},
                        {"retrieve", options.retrieve},
                        {"answer", answer_json(recommender, answer)}});
  }
  return dump_json({{"fused", products_are_fused()}, {"requests", requests}});
}

size_t check_golden_requests(const Recommender& recommender) {
  const Bundle& bundle = recommender.bundle();
  if (bundle.golden_json.empty()) return 0;
  const std::string path = bundle.path + "/" + kGoldenFile;
  const json golden = parse_json(bundle.golden_json, path);
  size_t number = 0;
  reading_file(path, [&] {
    const bool exactly = golden.at("fused").get<bool>() == products_are_fused();
    for (const json& request : golden.at("requests")) {
      ++number;
      const RecommendOptions options{.k = count_from_json(request, "k"),
                                     .retrieve = count_from_json(request, "retrieve")};
      const auto answer = recommender.recommend(query_from_json(request.at("query")), options);
      const std::string what = difference(recommender, answer, request.at("answer"), exactly);
      if (!what.empty()) throw data_error("golden request {}: {}", number, what);
    }
  });
  return number;
}

}  // namespace shortlist
