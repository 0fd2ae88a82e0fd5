// The loss of a config section: the chosen one of a list, and the settings of all. Kind is an enum that
// numbers the list.
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "shortlist/base/fields.h"
#include "shortlist/losses/loss.h"

namespace shortlist {

template <typename Kind, typename... Losses>
struct LossChoice {
  Kind kind{};  // default: the first of the list
  std::tuple<Losses...> settings;

  std::string_view name() const { return enum_name(kind); }

  // The settings of all losses.
  template <typename Visitor>
  void fields(Visitor& visit) {
    std::apply([&](Losses&... loss) { (loss.fields(visit), ...); }, settings);
  }

  // Calls visit() with the settings of the chosen loss.
  template <typename Visit>
  void with_chosen(Visit&& visit) const {
    size_t number = 0;
    const auto visit_if_chosen = [&](const auto& loss) {
      if (number++ == static_cast<size_t>(kind)) visit(loss);
    };
    std::apply([&](const Losses&... loss) { (visit_if_chosen(loss), ...); }, settings);
  }

  static constexpr auto kNames = [] {
    std::array<std::pair<Kind, std::string_view>, sizeof...(Losses)> names;
    size_t number = 0;
    ((names[number] = {static_cast<Kind>(number), Losses::kName}, ++number), ...);
    return names;
  }();
};

}  // namespace shortlist
