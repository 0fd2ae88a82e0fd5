#include "shortlist/factors/biased_mf.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "shortlist/factors/factor_kernels.h"

namespace shortlist {
namespace {

double mean_of(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += double{value};
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

// x += |N(u)|^-1/2 sum of z_j
void add_implicit(const FactorTable& implicit, std::span<const uint32_t> items, float* x) {
  if (items.empty()) return;
  const float scale = 1 / std::sqrt(static_cast<float>(items.size()));
  for (const uint32_t item : items) decay_and_add(1, x, scale, implicit.row(item), implicit.stride());
}

std::vector<uint32_t> random_order(size_t count, const RandomStream& draws) {
  std::vector<uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  draws.shuffle(std::span(order));
  return order;
}

}  // namespace

double predict_rating(const BiasedMfFactors& factors, const FactorTable& users, size_t user, size_t item) {
  return factors.mean + double{factors.user_biases[user]} + double{factors.item_biases[item]} +
         double{dot_factors(users.row(user), factors.items.row(item), users.stride())};
}

BiasedMfTraining::BiasedMfTraining(const SparseRows& ratings, const BiasedMfOptions& options,
                                   ThreadPool& pool)
    : ratings_(ratings), options_(options) {
  factors_ = {.mean = mean_of(ratings.values),
              .user_biases = std::vector<float>(ratings.rows),
              .item_biases = std::vector<float>(ratings.cols),
              .users = FactorTable(ratings.rows, options.factors),
              .items = FactorTable(ratings.cols, options.factors),
              .implicit = FactorTable(options.implicit ? ratings.cols : 0, options.factors)};
  factors_.users.randomize(RandomStream(options.seed, "biased_mf.users"), options.deviation);
  factors_.items.randomize(RandomStream(options.seed, "biased_mf.items"), options.deviation);
  factors_.implicit.randomize(RandomStream(options.seed, "biased_mf.implicit"), options.deviation);
  if (!options.implicit) cells_.emplace(ratings, pool);
  x_ = Buffer(factors_.items.stride());
  gradient_ = Buffer(factors_.items.stride());
}

FactorTable BiasedMfTraining::complete_users() const {
  FactorTable users(factors_.users.rows(), factors_.users.factors());
  for (size_t u = 0; u < users.rows(); ++u) {
    std::copy_n(factors_.users.row(u), users.stride(), users.row(u));
    if (options_.implicit) add_implicit(factors_.implicit, ratings_.columns_of(u), users.row(u));
  }
  return users;
}

float BiasedMfTraining::error_of(uint32_t user, uint32_t item, float rating, const float* x) const {
  return rating - static_cast<float>(factors_.mean) - factors_.user_biases[user] -
         factors_.item_biases[item] - dot_factors(x, factors_.items.row(item), factors_.items.stride());
}

void BiasedMfTraining::step_biases(uint32_t user, uint32_t item, float error) {
  const auto rate = static_cast<float>(options_.rate);
  const auto regularization = static_cast<float>(options_.regularization);
  float &of_user = factors_.user_biases[user], &of_item = factors_.item_biases[item];
  of_user += rate * (error - regularization * of_user);
  of_item += rate * (error - regularization * of_item);
}

double BiasedMfTraining::run_epoch(int epoch, const std::atomic<bool>& stop) {
  const RandomStream draws = RandomStream(options_.seed, "biased_mf").at(static_cast<uint64_t>(epoch));
  const double squares = options_.implicit ? run_users(draws, stop) : run_cells(draws, stop);
  if (stop) return -1;
  if (!std::isfinite(squares)) throw failed("the ratings' errors are not finite: lower the learning rate");
  return std::sqrt(squares / std::max<double>(1, static_cast<double>(ratings_.entries())));
}

double BiasedMfTraining::run_cells(const RandomStream& draws, const std::atomic<bool>& stop) {
  cells_->shuffle(draws);
  std::vector<double> squares(cells_->blocks() * cells_->blocks());
  const auto rate = static_cast<float>(options_.rate);
  const auto regularization = static_cast<float>(options_.regularization);
  cells_->for_each([&](const EventCell& cell, int) {
    for (const auto& [user, item, rating] : cell.events) {
      if (stop) return;
      float* const x = factors_.users.row(user);
      const float error = error_of(user, item, rating, x);
      squares[cell.number] += double{error} * double{error};
      step_biases(user, item, error);
      step_towards(error, rate, regularization, x, factors_.items.row(item), factors_.items.stride());
    }
  });
  return std::accumulate(squares.begin(), squares.end(), 0.0);
}

double BiasedMfTraining::run_users(const RandomStream& draws, const std::atomic<bool>& stop) {
  double squares = 0;
  for (const uint32_t user : random_order(ratings_.rows, draws.at(0))) {
    if (stop) break;
    squares += run_user(user, draws.at(1 + user));
  }
  return squares;
}

// A step for a rating changes each z_j of the user by the same vector, after the same decay, so these changes
// are summed over the user's ratings and added once.
double BiasedMfTraining::run_user(uint32_t user, const RandomStream& draws) {
  const auto items = ratings_.columns_of(user);
  const auto values = ratings_.values_of(user);
  const size_t width = factors_.items.stride();
  const auto rate = static_cast<float>(options_.rate);
  const auto regularization = static_cast<float>(options_.regularization);
  const float keep = 1 - rate * regularization;
  const float scale = 1 / std::sqrt(static_cast<float>(std::max<size_t>(1, items.size())));
  float *const p = factors_.users.row(user), *const x = x_.data(), *const gradient = gradient_.data();
  std::copy_n(p, width, x);
  add_implicit(factors_.implicit, items, x);
  std::fill_n(gradient, width, 0.0f);
  double squares = 0;
  float kept = 1;
  for (const uint32_t at : random_order(items.size(), draws)) {
    float* const q = factors_.items.row(items[at]);
    const float error = error_of(user, items[at], values[at], x), gain = rate * error;
    squares += double{error} * double{error};
    step_biases(user, items[at], error);
    decay_and_add(keep, p, gain, q, width);
    decay_and_add(keep, gradient, gain * scale, q, width);
    step_towards(error, rate, regularization, x, q, width, 2);
    kept *= keep;
  }
  for (const uint32_t item : items) decay_and_add(kept, factors_.implicit.row(item), 1, gradient, width);
  return squares;
}

}  // namespace shortlist
