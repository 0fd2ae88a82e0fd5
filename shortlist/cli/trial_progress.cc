#include "shortlist/cli/trial_progress.h"

#include <fmt/format.h>

#include "shortlist/io/json.h"

namespace shortlist {

std::string epoch_text(std::string_view event_line) {
  if (!event_line.starts_with(R"({"event":"epoch")") && !event_line.starts_with(R"({"event": "epoch")"))
    return "";
  const Value event = parse_json_value(event_line, "event");
  const Value* epoch = event.find("epoch");
  const auto* number = epoch == nullptr ? nullptr : std::get_if<int64_t>(&epoch->data);
  return number == nullptr ? "" : fmt::format("epoch {}", *number);
}

}  // namespace shortlist
