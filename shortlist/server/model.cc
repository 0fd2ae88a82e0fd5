#include "shortlist/server/model.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "shortlist/recommend/golden.h"
#include "shortlist/server/stages.h"

namespace shortlist {
namespace {

std::string now_text() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
}

// Models with slower answers are served by separate threads.
constexpr double kSlowSeconds = 1e-3;
constexpr double kSlowProducts = 4e6;  // takes about as long

constexpr int kTimings = 5;

}  // namespace

bool takes_longer(double limit, FunctionRef<double()> measure) {
  for (int i = 0; i < kTimings; ++i)
    if (measure() <= limit) return false;
  return true;
}

namespace {

// The display texts of items, and their ids.
std::vector<std::string> search_texts(const Recommender& recommender) {
  std::vector<std::string> texts = recommender.bundle().items.ids;
  const std::optional<size_t> display = recommender.display();
  for (uint32_t item = 0; display && item < texts.size(); ++item)
    texts[item] = recommender.attribute(*display, item) + " " + texts[item];
  return texts;
}

}  // namespace

ServedModel::ServedModel(std::string model_name, const std::string& bundle, int load, int64_t order)
    : name(std::move(model_name)),
      path(bundle),
      generation(load),
      release(order),
      loaded_at(now_text()),
      recommender(Recommender::load(bundle)),
      query(query_form(recommender.bundle())),
      item(item_form(recommender.bundle())),
      attributes(attribute_form(recommender.bundle())),
      search(search_texts(recommender)),
      cost(recommender) {
  for (const auto* form : {&query, &item, &attributes})
    for (const FormField& field : *form)
      if (field.choices.size() > kListedChoices) value_search(field);
  recommender.prepare(std::max(1u, std::thread::hardware_concurrency()));
  const size_t asked = check_golden_requests(recommender);
  // The first run includes one-time work, so only later runs are timed.
  double least = kSlowSeconds * static_cast<double>(asked);
  const auto measure = [&] {
    double seconds = 0;
    {
      const StageTimer timer(seconds);
      check_golden_requests(recommender);
    }
    least = std::min(least, seconds);
    return seconds;
  };
  const double products = static_cast<double>(recommender.item_count()) *
                          static_cast<double>(recommender.bundle().item_vectors().cols);
  slow =
      asked > 0 ? takes_longer(kSlowSeconds * static_cast<double>(asked), measure) : products > kSlowProducts;
  const double operations = std::max(1.0, cost.recommend(std::max<size_t>(1, asked), {}));
  seconds_per_operation = asked > 0 ? least / operations : kSlowSeconds / kSlowProducts;
}

const EmbeddingMap& ServedModel::map() const {
  std::call_once(map_made_, [this] { map_ = map_embeddings(recommender.bundle().item_vectors()); });
  return map_;
}

const ItemSearch& ServedModel::value_search(const FormField& field) const {
  const std::lock_guard lock(searches_mutex_);
  return searches_.try_emplace(field.column, field.choices).first->second;
}

}  // namespace shortlist
