#include "shortlist/jobs/answer_shard.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "shortlist/base/error.h"
#include "shortlist/io/json.h"
#include "shortlist/io/sha256.h"
#include "shortlist/table/read_range.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kVersion = 1;
constexpr uint64_t kEnds = uint64_t{1} << 20;  // bytes of a file's beginning and end in its fingerprint

std::string shard_name(Shard shard) { return fmt::format("shard-{:05}-of-{:05}", shard.index, shard.count); }

std::string part_prefix(Shard shard) { return fmt::format("part-{:05}-of-{:05}-", shard.index, shard.count); }

std::string fingerprint_of_file(const std::string& path, uint64_t bytes) {
  std::ifstream file(path, std::ios::binary);
  std::string ends(std::min(bytes, kEnds), '\0');
  file.read(ends.data(), static_cast<std::streamsize>(ends.size()));
  Sha256 sha;
  sha.add(ends);
  if (bytes > kEnds) {
    file.seekg(-static_cast<std::streamoff>(ends.size()), std::ios::end);
    file.read(ends.data(), static_cast<std::streamsize>(ends.size()));
    sha.add(ends);
  }
  if (!file) throw data_error("cannot read {}", path);
  return sha.hex();
}

json to_json(size_t part, const AnswerPart& figures) {
  return {{"part", part},           {"rows", figures.rows},
          {"lines", figures.lines}, {"errors", figures.errors},
          {"bytes", figures.bytes}, {"sha256", figures.sha256}};
}

AnswerPart part_from_json(const json& part) {
  return {part.at("rows").get<uint64_t>(), part.at("lines").get<uint64_t>(),
          part.at("errors").get<uint64_t>(), part.at("bytes").get<uint64_t>(),
          part.at("sha256").get<std::string>()};
}

void add(AnswerPart& total, const AnswerPart& part) {
  total.rows += part.rows;
  total.lines += part.lines;
  total.errors += part.errors;
  total.bytes += part.bytes;
}

// What differs between two lists of inputs.
std::string inputs_difference(const json& before, const json& now) {
  for (size_t i = 0; i < std::max(before.size(), now.size()); ++i) {
    if (i >= now.size()) return fmt::format("the input {}", before[i].dump());
    if (i >= before.size() || before[i] != now[i])
      return fmt::format("the input {}",
                         now[i].contains("file") ? now[i]["file"].get<std::string>() : now[i].dump());
  }
  return "the inputs";
}

// What differs between what was answered and what is asked for; "" if nothing does.
std::string job_difference(const json& before, const json& now) {
  if (before.at("version") != now.at("version")) return "the version of the files";
  if (before.at("inputs") != now.at("inputs"))
    return inputs_difference(before.at("inputs"), now.at("inputs"));
  if (before.at("bundle") != now.at("bundle")) return "the bundle";
  for (const auto& [name, value] : now.at("options").items()) {
    const json& other = before.at("options").at(name);
    if (other != value) return fmt::format("{} ({} there, {} now)", name, other.dump(), value.dump());
  }
  for (const char* name : {"rows", "shards", "part_rows", "format"})
    if (before.at(name) != now.at(name))
      return fmt::format("{} ({} there, {} now)", name, before.at(name).dump(), now.at(name).dump());
  return "";
}

// The first line of a journal, or the manifest. Null for a journal that was killed before its first line.
json read_identity(const std::string& path) {
  const std::string text = read_file(path);
  json read;
  if (path.ends_with(".json")) {
    read = parse_json(text, path);
  } else if (const size_t end = text.find('\n'); end != text.npos) {
    read = parse_json(text.substr(0, end), path);
  }
  return read;
}

bool is_shard_file(const std::string& name) {
  return name.starts_with("shard-") && (name.ends_with(".json") || name.ends_with(".journal"));
}

FileLock lock_shard(const std::string& folder, Shard shard) {
  make_directories(folder);
  std::optional<FileLock> lock = FileLock::try_lock(folder + "/" + shard_name(shard) + ".lock");
  if (!lock) throw usage_error("{}: another process is making shard {}", folder, shard.text());
  return std::move(*lock);
}

// The manifest without its checksum is what the checksum is of.
std::string checksum_of(json manifest) {
  manifest.erase("checksum");
  return sha256_hex(dump_json(manifest));
}

json read_manifest(const std::string& path) {
  json manifest = load_json(path);
  reading_file(path, [&] {
    if (manifest.at("checksum").get<std::string>() != checksum_of(manifest))
      throw data_error("its checksum is wrong: it was modified or damaged");
  });
  return manifest;
}

}  // namespace

json describe_inputs(const Table& table) {
  json inputs = json::array();
  for (const std::string& path : files_of(table.source())) {
    const uint64_t bytes = fs::file_size(path);
    inputs.push_back({{"file", path}, {"bytes", bytes}, {"fingerprint", fingerprint_of_file(path, bytes)}});
  }
  if (inputs.empty()) inputs.push_back({{"source", table.source().describe()}});
  return inputs;
}

AnswerShard::AnswerShard(const std::string& folder, Shard shard, AnswerJob job)
    : folder_(folder),
      shard_(shard),
      job_(std::move(job)),
      rows_(shard.of(job_.rows)),
      lock_(lock_shard(folder, shard)) {
  parts_.resize((rows_.size() + job_.part_rows - 1) / job_.part_rows);
  check_other_shards();
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_)) {
    const std::string name = entry.path().filename().string();
    const bool is_own = name.starts_with(part_prefix(shard_)) || name.starts_with(shard_name(shard_));
    if (is_own && name.find(".tmp-") != name.npos) fs::remove(entry.path());
  }
  was_finished_ = fs::exists(path(".json"));
  read_journal();
  found_ =
      static_cast<size_t>(std::ranges::count_if(parts_, [](const auto& part) { return part.has_value(); }));
  if (was_finished_ && found_ == parts_.size()) return;
  was_finished_ = false;
  start_journal();
}

std::string AnswerShard::path(const std::string& ending) const {
  return folder_ + "/" + shard_name(shard_) + ending;
}

TableRange AnswerShard::rows_of_part(size_t part) const {
  const uint64_t begin = rows_.begin + part * job_.part_rows;
  return {begin, std::min(rows_.end, begin + job_.part_rows)};
}

std::string AnswerShard::path_of_part(size_t part) const {
  return fmt::format("{}/{}{:06}.{}", folder_, part_prefix(shard_), part, job_.ending);
}

json AnswerShard::identity() const {
  return {{"version", kVersion},
          {"shard", shard_.index},
          {"shards", shard_.count},
          {"rows", job_.rows},
          {"part_rows", job_.part_rows},
          {"inputs", job_.inputs},
          {"bundle", job_.bundle},
          {"options", job_.options},
          {"format", job_.ending},
          {"begin", rows_.begin},
          {"end", rows_.end}};
}

void AnswerShard::check_other_shards() const {
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_)) {
    const std::string name = entry.path().filename().string();
    if (!is_shard_file(name)) continue;
    json other;
    try {
      other = read_identity(entry.path().string());
    } catch (const Error&) {
      // Another shard may have finished just now, which removes its journal.
      if (!fs::exists(entry.path())) continue;
      throw;
    }
    if (other.is_null()) continue;
    std::string difference;
    reading_file(entry.path().string(), [&] { difference = job_difference(other, identity()); });
    if (!difference.empty())
      throw usage_error(
          "{}: {} belongs to another job: {} differs; use another folder, or remove this one's files",
          folder_, name, difference);
  }
}

void AnswerShard::read_journal() {
  const auto take = [&](const json& part) {
    const auto number = part.at("part").get<size_t>();
    if (number >= parts_.size()) throw data_error("it has a part {} of {}", number, parts_.size());
    const AnswerPart figures = part_from_json(part);
    if (is_whole(number, figures)) parts_[number] = figures;
  };
  if (was_finished_) {
    const json manifest = read_manifest(path(".json"));
    return reading_file(path(".json"), [&] { std::ranges::for_each(manifest.at("parts"), take); });
  }
  if (!fs::exists(path(".journal"))) return;
  const std::string text = read_file(path(".journal"));
  // A killed run may leave the beginning of a line at the end.
  size_t begin = std::min(text.find('\n'), text.size() - 1) + 1;
  for (size_t end = 0; (end = text.find('\n', begin)) != text.npos; begin = end + 1) {
    const json part = parse_json(text.substr(begin, end - begin), path(".journal"));
    reading_file(path(".journal"), [&] { take(part); });
  }
}

// Writes what was found anew, without a broken line at the end, and continues it.
void AnswerShard::start_journal() {
  std::string text = dump_json_line(identity()) + "\n";
  for (size_t part = 0; part < parts_.size(); ++part)
    if (parts_[part]) text += dump_json_line(to_json(part, *parts_[part])) + "\n";
  write_file_atomically(path(".journal"), text);
  fs::remove(path(".json"));
  journal_.emplace(OutputFile::append(path(".journal")));
}

bool AnswerShard::is_whole(size_t part, const AnswerPart& figures) const {
  std::error_code error;
  const std::string file = path_of_part(part);
  return fs::file_size(file, error) == figures.bytes && !error && sha256_file_hex(file) == figures.sha256;
}

AnswerPart AnswerShard::totals() const {
  AnswerPart total;
  for (const auto& part : parts_)
    if (part) add(total, *part);
  return total;
}

void AnswerShard::finish_part(size_t part, AnswerPart figures) {
  figures.bytes = fs::file_size(path_of_part(part));
  figures.sha256 = sha256_file_hex(path_of_part(part));
  journal_->write(dump_json_line(to_json(part, figures)) + "\n");
  journal_->sync();
  parts_[part] = figures;
}

void AnswerShard::finish() {
  json manifest = identity();
  const AnswerPart total = totals();
  manifest["lines"] = total.lines;
  manifest["errors"] = total.errors;
  manifest["parts"] = json::array();
  for (size_t part = 0; part < parts_.size(); ++part) {
    SHORTLIST_CHECK(parts_[part].has_value());
    json entry = to_json(part, *parts_[part]);
    entry["file"] = fs::path(path_of_part(part)).filename().string();
    entry["first_row"] = rows_of_part(part).begin;
    manifest["parts"].push_back(std::move(entry));
  }
  manifest["checksum"] = checksum_of(manifest);
  write_file_atomically(path(".json"), dump_json(manifest));
  journal_.reset();
  fs::remove(path(".journal"));
}

namespace {

// Checks the parts of a finished shard and adds them to the totals.
void check_shard(const std::string& folder, Shard shard, const json& first, AnswerTotals& totals) {
  const std::string name = folder + "/" + shard_name(shard);
  if (!fs::exists(name + ".json")) {
    if (fs::exists(name + ".journal"))
      throw data_error("{}: shard {} is not finished; run it again", folder, shard.text());
    throw data_error("{}: shard {} is missing", folder, shard.text());
  }
  const json manifest = read_manifest(name + ".json");
  reading_file(name + ".json", [&] {
    if (const std::string difference = job_difference(first, manifest); !difference.empty())
      throw data_error("it belongs to another job than the other shards: {} differs", difference);
    const TableRange range = shard.of(manifest.at("rows").get<uint64_t>());
    uint64_t rows = 0;
    for (const json& part : manifest.at("parts")) {
      const AnswerPart figures = part_from_json(part);
      const auto file = part.at("file").get<std::string>();
      if (!fs::exists(folder + "/" + file)) throw data_error("its part {} is missing", file);
      if (sha256_file_hex(folder + "/" + file) != figures.sha256)
        throw data_error("its part {} was modified or damaged", file);
      add(totals.all, figures);
      rows += figures.rows;
      ++totals.parts;
    }
    if (rows != range.size()) throw data_error("it has {} rows, need {}", rows, range.size());
  });
}

}  // namespace

AnswerTotals check_answers(const std::string& folder) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (is_shard_file(name) && name.ends_with(".json")) names.push_back(name);
  }
  if (names.empty()) throw data_error("{}: has no finished shard of answers", folder);
  const std::string& least = *std::ranges::min_element(names);
  const json first = read_manifest(folder + "/" + least);
  AnswerTotals totals;
  reading_file(folder + "/" + least, [&] { totals.shards = first.at("shards").get<uint64_t>(); });
  for (uint64_t index = 0; index < totals.shards; ++index)
    check_shard(folder, {index, totals.shards}, first, totals);
  return totals;
}

}  // namespace shortlist
