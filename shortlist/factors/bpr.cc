#include "shortlist/factors/bpr.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "shortlist/factors/factor_kernels.h"

namespace shortlist {
namespace {

// How often an item is drawn again that the user took. Then the entry is skipped.
constexpr uint64_t kTries = 8;

// Passes over a history to fold it in.
constexpr uint64_t kFoldPasses = 30;

BprStep step_of(const BprOptions& options, size_t width) {
  return {static_cast<float>(options.rate), static_cast<float>(options.regularization), width};
}

// An item that is not among the ones taken (ascending): the first such draw(counter) from `first` on.
template <typename Draw>
std::optional<uint32_t> draw_other(std::span<const uint32_t> taken, Draw draw, uint64_t first) {
  for (uint64_t counter = first; counter < first + kTries; ++counter) {
    const uint32_t item = draw(counter);
    if (!std::ranges::binary_search(taken, item)) return item;
  }
  return std::nullopt;
}

struct CellResult {
  uint64_t pairs = 0, right = 0;
};

}  // namespace

BprTraining::BprTraining(const SparseRows& entries, const BprOptions& options, ThreadPool& pool)
    : entries_(entries),
      options_(options),
      cells_(entries, pool),
      factors_{FactorTable(entries.rows, options.factors), FactorTable(entries.cols, options.factors),
               std::vector<float>(entries.cols)} {
  const double deviation = 0.1 / std::sqrt(static_cast<double>(options.factors));
  factors_.users.randomize(RandomStream(options.seed, "bpr.users"), deviation);
  factors_.items.randomize(RandomStream(options.seed, "bpr.items"), deviation);
}

double BprTraining::run_epoch(int epoch, const std::atomic<bool>& stop) {
  const RandomStream draws = RandomStream(options_.seed, "bpr").at(static_cast<uint64_t>(epoch));
  cells_.shuffle(draws.at(0));
  const BprStep step = step_of(options_, factors_.users.stride());
  std::vector<CellResult> results(cells_.blocks() * cells_.blocks());
  cells_.for_each([&](const EventCell& cell, int) {
    const RandomStream of_cell = draws.at(1 + cell.number);
    const auto draw = [&](uint64_t counter) {
      return options_.negatives == NegativeItems::uniform
                 ? cell.items[of_cell.below(counter, cell.items.size())]
                 : cell.events[of_cell.below(counter, cell.events.size())].item;
    };
    CellResult& result = results[cell.number];
    for (size_t n = 0; n < cell.events.size() && !stop; ++n) {
      const FactorEvent& event = cell.events[n];
      if (!(event.value > 0)) continue;
      const std::optional<uint32_t> other = draw_other(entries_.columns_of(event.user), draw, kTries * n);
      if (!other) continue;
      ++result.pairs;
      result.right +=
          step(factors_.users.row(event.user), factors_.items.row(event.item), factors_.items.row(*other),
               &factors_.biases[event.item], &factors_.biases[*other], event.value);
    }
  });
  if (stop) return -1;
  CellResult sum;
  for (const CellResult& each : results) sum.pairs += each.pairs, sum.right += each.right;
  return sum.pairs == 0 ? 0.5 : static_cast<double>(sum.right) / static_cast<double>(sum.pairs);
}

BprFold fold_in_bpr(const FactorTable& items, std::span<const float> biases,
                    std::span<const uint32_t> history, const BprOptions& options, bool with_parts) {
  const size_t width = items.stride();
  BprFold fold{.vector = std::vector<float>(width), .parts = {}};
  // The part of item h is decay * parts[h].
  std::vector<std::vector<double>> parts(with_parts ? history.size() : 0, std::vector<double>(width));
  double decay = 1;
  const BprStep step = step_of(options, width);
  const RandomStream draws(options.seed, "bpr.fold");
  for (uint64_t pass = 0; pass < kFoldPasses; ++pass) {
    for (size_t h = 0; h < history.size(); ++h) {
      const RandomStream of_step = draws.at(pass * history.size() + h);
      const auto draw = [&](uint64_t counter) {
        return static_cast<uint32_t>(of_step.below(counter, items.rows()));
      };
      const std::optional<uint32_t> other = draw_other(history, draw, 0);
      if (!other) continue;
      const float *const yi = items.row(history[h]), *const yj = items.row(*other);
      const float gain = step.of_user(fold.vector.data(), yi, yj, biases[history[h]] - biases[*other], 1);
      if (!with_parts) continue;
      decay *= double{step.kept()};
      for (size_t k = 0; k < width; ++k)
        parts[h][k] += double{gain} / decay * (double{yi[k]} - double{yj[k]});
    }
  }
  for (const auto& part : parts) {
    auto& out = fold.parts.emplace_back(width);
    for (size_t k = 0; k < width; ++k) out[k] = static_cast<float>(decay * part[k]);
  }
  return fold;
}

}  // namespace shortlist
