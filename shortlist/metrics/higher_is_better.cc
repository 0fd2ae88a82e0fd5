#include "shortlist/metrics/higher_is_better.h"

namespace shortlist {

bool higher_is_better(std::string_view name) {
  if (name.starts_with("unseen_")) name.remove_prefix(7);
  name = name.substr(0, name.find(' '));  // without the label
  if (name.ends_with("loss") || name.ends_with("_log_variance")) return false;
  for (std::string_view lower : {"rmse", "mae", "calibration_error", "mean_rank"})
    if (name == lower) return false;
  return true;
}

}  // namespace shortlist
