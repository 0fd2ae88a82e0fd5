#include "shortlist/trials/journal.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "shortlist/base/error.h"
#include "shortlist/io/file.h"
#include "shortlist/io/json.h"

namespace shortlist {
namespace {

using nlohmann::json;

json to_json(const TrialRecord& record) {
  return {{"trial", record.trial}, {"round", record.round},    {"epochs", record.epochs},
          {"cut", record.cut},     {"error", record.error},    {"value", record.value},
          {"curve", record.curve}, {"seconds", record.seconds}};
}

TrialRecord record_of(const json& line) {
  TrialRecord record{line.at("trial"), line.at("round"), line.at("epochs"), line.at("cut"), line.at("error")};
  record.value = line.at("value");
  record.curve = line.at("curve").get<std::vector<double>>();
  record.seconds = line.at("seconds");
  return record;
}

std::string line_of(const json& of) { return dump_json_line(of) + "\n"; }

}  // namespace

Journal::Journal(std::string path, const std::string& key) : path_(std::move(path)) {
  std::string kept = line_of({{"key", key}});
  if (std::filesystem::exists(path_)) {
    const std::string text = read_file(path_);
    size_t begin = 0, number = 0;
    for (size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1, ++number) {
      const std::string line = text.substr(begin, end - begin);
      bool same = true;
      reading_file(path_, [&] {
        const json read = parse_json(line, path_);
        if (number == 0) {
          same = read.at("key") == key;
          return;
        }
        TrialRecord record = record_of(read);
        kept += line + "\n";
        records_[{record.trial, record.round}] = std::move(record);
      });
      if (!same)
        throw usage_error(
            "{}: is of a search with other settings, space or data; continue that one with its own, or "
            "choose another --out",
            path_);
    }
  }
  write_file_atomically(path_, kept);
}

const TrialRecord* Journal::find(int trial, int round) const {
  const auto at = records_.find({trial, round});
  return at == records_.end() ? nullptr : &at->second;
}

void Journal::add(TrialRecord record) {
  OutputFile file = OutputFile::append(path_);
  file.write(line_of(to_json(record)));
  file.sync();
  file.close();
  records_[{record.trial, record.round}] = std::move(record);
}

}  // namespace shortlist
