#include "shortlist/init/trial.h"

#include <fmt/format.h>

#include "shortlist/config/build.h"
#include "shortlist/config/read_config.h"
#include "shortlist/config/resolve.h"
#include "shortlist/io/toml.h"
#include "shortlist/train/dataset.h"
#include "shortlist/train/prepare.h"

namespace shortlist {
namespace {

// The error message, or "" if the config can be trained.
std::string what_fails(const std::string& text, const TableSource& source) {
  const Config config = read_config(parse_toml(text, "the config"), "the config");
  try {
    TableSource named = source;
    const TableSource said = config.data.source();
    named.header = said.header, named.columns = said.columns;
    const PreparedData prepared = prepare_data(resolve_data(config), Table::open(named));
    build_model(config, prepared.features);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// The column that a message names, if it is not a key of the model.
std::optional<size_t> culprit(const ModelGuess& guess, const std::string& message) {
  for (size_t c = 0; c < guess.columns.size(); ++c) {
    const bool named = message.find(fmt::format("column '{}'", guess.columns[c].name)) != message.npos ||
                       message.find(fmt::format("feature '{}'", guess.columns[c].name)) != message.npos;
    const Use use = guess.uses[c].use;
    if (named && use != Use::left_out && use != Use::item && c != guess.user) return c;
  }
  return std::nullopt;
}

void leave_out(ModelGuess& guess, size_t c, const std::string& why) {
  if (guess.label == c) guess.label.reset(), guess.binary = false;
  if (guess.time == c) guess.time.reset();
  if (guess.split == c) guess.split.reset();
  if (guess.display == c) guess.display.reset();
  guess.uses[c] = {Use::left_out, false, why};
}

}  // namespace

void leave_out_what_cannot_be_trained(ModelGuess& guess, const std::function<std::string()>& config) {
  for (;;) {
    const std::string message = what_fails(config(), guess.source);
    if (message.empty()) return;
    const std::optional<size_t> column = culprit(guess, message);
    if (!column) throw data_error("{}", message);
    leave_out(guess, *column, message);
  }
}

}  // namespace shortlist
