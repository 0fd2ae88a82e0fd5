#include "shortlist/server/budget.h"

namespace shortlist {
namespace {

// Longer requests leave the connection's own thread.
constexpr double kShortSeconds = 1e-3;

}  // namespace

void Budget::check_operations(double operations, const std::string& field) const {
  if (operations > limits_.max_operations) {
    const std::string message = fmt::format(
        "the request would need about {:.2g} multiply-adds, but at most {:.2g} are allowed; ask for less at "
        "once",
        operations, limits_.max_operations);
    throw Problem(422, "too_costly", message, {{field, message}});
  }
  if (operations * seconds_per_operation_ > kShortSeconds) throw TakesLong{};
}

void Budget::check_expected_bytes(double bytes, const std::string& field) const {
  if (bytes <= static_cast<double>(limits_.max_answer_bytes)) return;
  const std::string message = fmt::format(
      "the answer would have about {:.0f} bytes, but at most {} are allowed; ask for less at once", bytes,
      limits_.max_answer_bytes);
  throw Problem(422, "answer_too_large", message, {{field, message}});
}

void Budget::check_written(size_t bytes) const {
  deadline_.check();
  if (bytes <= limits_.max_answer_bytes) return;
  throw Problem(
      422, "answer_too_large",
      fmt::format("the answer has more than {} bytes; ask for less at once", limits_.max_answer_bytes));
}

}  // namespace shortlist
