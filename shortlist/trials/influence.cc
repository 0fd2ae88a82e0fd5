#include "shortlist/trials/influence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "shortlist/base/fields.h"
#include "shortlist/report/drawing.h"
#include "shortlist/report/figure_text.h"

namespace shortlist {
namespace {

constexpr size_t kQuarters = 4;

double number_of(const Value& value) {
  const auto* whole = std::get_if<int64_t>(&value.data);
  if (whole != nullptr) return static_cast<double>(*whole);
  const auto* number = std::get_if<double>(&value.data);
  return number == nullptr ? 0 : *number;
}

// The group of each point.
std::vector<size_t> groups_of(const SpaceSetting& setting, size_t s,
                              const std::vector<InfluencePoint>& points) {
  std::vector<size_t> groups(points.size());
  if (!setting.values.empty()) {
    std::map<std::string, size_t> number;
    for (size_t i = 0; i < points.size(); ++i)
      groups[i] = number.emplace(to_toml(points[i].values[s]), number.size()).first->second;
    return groups;
  }
  std::vector<size_t> order(points.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](size_t i) { return number_of(points[i].values[s]); });
  for (size_t rank = 0; rank < order.size(); ++rank) groups[order[rank]] = rank * kQuarters / order.size();
  return groups;
}

double explained(const std::vector<size_t>& groups, const std::vector<InfluencePoint>& points) {
  const auto n = static_cast<double>(points.size());
  double mean = 0, total = 0, between = 0;
  for (const InfluencePoint& point : points) mean += point.value / n;
  std::map<size_t, std::pair<double, double>> sums;  // sum and count
  for (size_t i = 0; i < points.size(); ++i) {
    total += (points[i].value - mean) * (points[i].value - mean);
    sums[groups[i]].first += points[i].value;
    sums[groups[i]].second += 1;
  }
  for (const auto& [group, sum] : sums) {
    const double off = sum.first / sum.second - mean;
    between += sum.second * off * off;
  }
  return total > 0 ? std::clamp(between / total, 0.0, 1.0) : 0;
}

constexpr double kWidth = 300, kHeight = 210, kLeft = 56, kTop = 62, kRight = 16, kBottom = 40;

// Where a point is across a panel, in [0, 1].
double across(const SpaceSetting& setting, const Value& value) {
  if (!setting.values.empty()) {
    const auto at =
        std::ranges::find(setting.values, to_toml(value), [](const Value& v) { return to_toml(v); });
    return (static_cast<double>(at - setting.values.begin()) + 0.5) /
           static_cast<double>(setting.values.size());
  }
  if (setting.least == setting.most) return 0.5;
  const double number = number_of(value);
  if (setting.log) return std::log(number / setting.least) / std::log(setting.most / setting.least);
  return (number - setting.least) / (setting.most - setting.least);
}

void draw_panel(const SpaceSetting& setting, size_t s, double share,
                const std::vector<InfluencePoint>& points, size_t best, double y, double low, double high,
                Drawing& drawing) {
  const double bottom = y + kHeight - kBottom, top = y + kTop - 20, width = kWidth - kLeft - kRight;
  const double x = 0;
  drawing.items.emplace_back(Label{.at = {x + kLeft, y + 22},
                                   .text = setting.name,
                                   .size = 13,
                                   .bold = true,
                                   .tail = fmt::format("{:.0f} %", 100 * share)});
  drawing.items.emplace_back(
      Line{.points = {{x + kLeft, bottom}, {x + kWidth - kRight, bottom}}, .ink = Ink::axis});
  drawing.items.emplace_back(Line{.points = {{x + kLeft, top}, {x + kLeft, bottom}}, .ink = Ink::axis});
  const int decimals = span_decimals(high - low, high);
  for (const auto& [at, value] : {std::pair(bottom, low), std::pair(top, high)})
    drawing.items.emplace_back(Label{.at = {x + kLeft - 6, at + 4},
                                     .text = measured_text(value, decimals),
                                     .size = 11,
                                     .ink = Ink::muted,
                                     .anchor = Anchor::end});
  const auto tick = [&](double share_across, const std::string& text, Anchor anchor) {
    drawing.items.emplace_back(Label{.at = {x + kLeft + width * share_across, bottom + 17},
                                     .text = text,
                                     .size = 11,
                                     .ink = Ink::muted,
                                     .anchor = anchor});
  };
  if (setting.values.empty()) {
    tick(0, fmt::format("{:.4g}", setting.least), Anchor::start);
    tick(1, fmt::format("{:.4g}{}", setting.most, setting.log ? " (log)" : ""), Anchor::end);
  } else {
    for (const Value& value : setting.values) tick(across(setting, value), to_toml(value), Anchor::middle);
  }
  for (size_t i = 0; i < points.size(); ++i) {
    const double up = high > low ? (points[i].value - low) / (high - low) : 0.5;
    drawing.items.emplace_back(
        Dot{{x + kLeft + width * across(setting, points[i].values[s]), bottom - (bottom - top) * up},
            i == best ? 5.0 : 3.0,
            i == best ? Ink::series_1 : Ink::series_0});
  }
}

}  // namespace

std::vector<double> influences(const Space& space, const std::vector<InfluencePoint>& points) {
  std::vector<double> shares(space.settings.size());
  if (points.size() < kFewestInfluencePoints) return shares;
  for (size_t s = 0; s < shares.size(); ++s)
    shares[s] = explained(groups_of(space.settings[s], s, points), points);
  return shares;
}

std::string influence_svg(const Space& space, const std::vector<InfluencePoint>& points,
                          const std::string& metric, bool higher_is_better) {
  Drawing drawing{.width = kWidth,
                  .height = 34 + kHeight * static_cast<double>(space.settings.size()),
                  .title = "The influence of each setting on " + metric};
  drawing.items.emplace_back(Box{.width = drawing.width, .height = drawing.height, .fill = Ink::paper});
  drawing.items.emplace_back(
      Label{.at = {16, 24}, .text = metric + " of each trial", .size = 14, .bold = true});
  if (points.empty()) return render_svg(drawing);
  const auto by_value = [](const InfluencePoint& a, const InfluencePoint& b) { return a.value < b.value; };
  const auto [low, high] = std::ranges::minmax_element(points, by_value);
  const auto best = static_cast<size_t>((higher_is_better ? high : low) - points.begin());
  const std::vector<double> shares = influences(space, points);
  for (size_t s = 0; s < space.settings.size(); ++s)
    draw_panel(space.settings[s], s, shares[s], points, best, 34 + kHeight * static_cast<double>(s),
               low->value, high->value, drawing);
  return render_svg(drawing);
}

}  // namespace shortlist
