#include "shortlist/optim/composite_optimizer.h"

#include <algorithm>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

// Whether `text` is `pattern`, in which each * stands for any text, also none.
bool matches(std::string_view pattern, std::string_view text) {
  const size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  const std::string_view rest = pattern.substr(star + 1);
  for (size_t begin = star; begin <= text.size(); ++begin) {
    if (matches(rest, text.substr(begin))) return true;
  }
  return false;
}

std::string some_names(std::span<const Trained> parameters) {
  std::string names;
  for (size_t i = 0; i < std::min<size_t>(parameters.size(), 4); ++i)
    names += (i > 0 ? ", " : "") + parameters[i].name;
  return names + (parameters.size() > 4 ? ", ..." : "");
}

}  // namespace

bool means_parameter(std::string_view pattern, std::string_view name, bool table) {
  if (pattern == "tables") return table;
  if (pattern == "dense") return !table;
  if (pattern == "query") return name.starts_with("query/");
  if (pattern == "items") return name.starts_with("candidate/");
  if (pattern == "ranking") return name.starts_with("ranking");
  return matches(pattern, name);
}

std::vector<size_t> assign_parts(std::span<const OptimizerPart> parts, std::span<const Trained> parameters) {
  std::vector<size_t> owners(parameters.size(), 0);
  for (size_t part = 0; part < parts.size(); ++part) {
    for (const std::string& pattern : parts[part].parameters) {
      bool any = false;
      for (size_t p = 0; p < parameters.size(); ++p) {
        if (!means_parameter(pattern, parameters[p].name, parameters[p].table)) continue;
        any = true;
        if (owners[p] != 0 && owners[p] != part + 1)
          throw usage_error("training.parts: parameter '{}' belongs to parts {} and {}, need at most one",
                            parameters[p].name, owners[p] - 1, part);
        owners[p] = part + 1;
      }
      if (!any)
        throw usage_error("training.parts.{}: no parameter is meant by '{}'; the model has {}", part, pattern,
                          some_names(parameters));
    }
  }
  return owners;
}

CompositeOptimizer::CompositeOptimizer(std::span<const OptimizerConfig> configs,
                                       std::span<const size_t> owners, std::vector<Trained> parameters)
    : owners_(owners.begin(), owners.end()) {
  for (size_t i = 0; i < configs.size(); ++i) {
    Part& part = parts_.emplace_back();
    std::vector<Trained> own;
    for (size_t p = 0; p < parameters.size(); ++p) {
      if (owners_[p] != i) continue;
      part.parameters.push_back(p);
      own.push_back(parameters[p]);
    }
    part.optimizer = make_optimizer(configs[i], std::move(own));
  }
}

double CompositeOptimizer::step(ThreadPool& pool, std::span<const double> rates,
                                std::span<const Gradient> gradients, AtRows updated, const AtRows* changing) {
  SHORTLIST_CHECK(rates.size() == parts_.size());
  double penalty = 0;
  for (size_t i = 0; i < parts_.size(); ++i) {
    Part& part = parts_[i];
    part.gradients.clear();
    for (size_t p : part.parameters) part.gradients.push_back(gradients[p]);
    const auto of_part = [&](size_t p, RowRange rows) { updated(part.parameters[p], rows); };
    const auto change = [&](size_t p, RowRange rows) { (*changing)(part.parameters[p], rows); };
    const AtRows changes(change);
    part.optimizer->steps = steps;
    penalty += part.optimizer->step(pool, rates.subspan(i, 1), part.gradients, AtRows(of_part),
                                    changing != nullptr ? &changes : nullptr);
  }
  ++steps;
  return penalty;
}

std::vector<Optimizer::Slot> CompositeOptimizer::slots() {
  std::vector<Slot> all;
  for (const Part& part : parts_) {
    for (Slot& slot : part.optimizer->slots()) all.push_back(std::move(slot));
  }
  return all;
}

size_t CompositeOptimizer::slots_a_number(size_t parameter) const {
  const Part& part = parts_[owners_[parameter]];
  const auto place = std::ranges::find(part.parameters, parameter) - part.parameters.begin();
  return part.optimizer->slots_a_number(static_cast<size_t>(place));
}

void CompositeOptimizer::restored() {
  for (const Part& part : parts_) part.optimizer->restored();
}

}  // namespace shortlist
