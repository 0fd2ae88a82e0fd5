#include "shortlist/synth/truth_file.h"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "shortlist/base/fields.h"
#include "shortlist/io/file.h"
#include "shortlist/io/json.h"
#include "shortlist/synth/titles.h"

namespace shortlist {
namespace {

constexpr const char* kFormat = "shortlist synth truth 1";

std::string quoted(std::string_view text) {
  return fmt::format("\"{}\"", text);
}  // these names need no escapes

std::string user_line(const SynthTruth& truth, size_t u) {
  const SynthUser& user = truth.users[u];
  return fmt::format(R"({{"user":"{}","country":"{}","age_group":"{}","bias":{},"era":{},"taste":[{}]}})",
                     synth_user_id(u), synth_country_names()[user.country],
                     synth_age_group_names()[user.age_group], user.bias, user.era,
                     fmt::join(truth.taste(u), ","));
}

std::string item_line(const SynthItem& item) {
  return fmt::format(R"({{"title":"{}","genres":"{}","year":{},"quality":{},"popularity":{}}})", item.title,
                     item.genres_text(), item.year, item.quality, item.popularity);
}

std::string head(const SynthTruth& truth, const SynthStatistics& figures) {
  std::vector<std::string> genres;
  for (int g = 0; g < truth.options.genres; ++g) genres.push_back(quoted(synth_genre_names()[g]));
  return fmt::format("{{\"format\":\"{}\",\n\"options\":{},\n", kFormat,
                     dump_json_line(to_json(write_fields(truth.options)))) +
         fmt::format(R"("figures":{{"rows":{},"mean":{},"deviation":{},"best_rmse":{}}},)", figures.rows,
                     figures.mean, figures.deviation, figures.best_rmse) +
         fmt::format("\n\"genres\":[{}],\n", fmt::join(genres, ","));
}

// Returns the format, options and figures as a separate object, so that they can be read without parsing all
// users.
std::string first_lines(Bytes bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  size_t end = 0;
  for (int line = 0; line < 3 && end != text.npos; ++line) end = text.find('\n', line == 0 ? 0 : end + 1);
  std::string lines(text.substr(0, end));
  if (lines.ends_with(',')) lines.back() = '}';
  return lines;
}

}  // namespace

void write_synth_truth(const SynthTruth& truth, const SynthStatistics& figures, const std::string& path) {
  AtomicFile file(path);
  file.write(head(truth, figures));
  file.write("\"users\":[\n");
  for (size_t u = 0; u < truth.users.size(); ++u) file.write((u > 0 ? ",\n" : "") + user_line(truth, u));
  file.write("],\n\"items\":[\n");
  for (size_t i = 0; i < truth.items.size(); ++i)
    file.write((i > 0 ? ",\n" : "") + item_line(truth.items[i]));
  file.write("]}\n");
  file.commit();
}

SynthRecord read_synth_truth(const std::string& path) {
  const FileBytes file(path);
  SynthRecord record;
  try {
    const nlohmann::json json = parse_json(first_lines(file.bytes()), path);
    if (json.at("format") != kFormat) throw data_error("another format");
    read_fields(from_json(json.at("options")), record.options, {.file = path, .path = "options"});
    const nlohmann::json& figures = json.at("figures");
    record.figures = {figures.at("rows"), figures.at("mean"), figures.at("deviation"),
                      figures.at("best_rmse")};
  } catch (const std::exception&) {
    throw data_error("{}: not the truth of a synthetic table", path);
  }
  return record;
}

}  // namespace shortlist
