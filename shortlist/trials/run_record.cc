#include "shortlist/trials/run_record.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/io/file.h"
#include "shortlist/io/json.h"
#include "shortlist/jobs/run_files.h"
#include "shortlist/train/checkpoint.h"

namespace shortlist {

bool RunFolder::is_done(const std::string& key, RunRecord& found) const {
  if (!std::filesystem::exists(record())) return false;
  RunRecord read;
  reading_file(record(), [&] {
    const nlohmann::json json = load_json(record());
    read = {json.at("key"), json.at("error"), json.at("seconds"), json.at("cpu_seconds"),
            json.at("peak_memory_bytes")};
  });
  if (read.key != key || !read.error.empty() || !is_bundle(base)) return false;
  found = read;
  return true;
}

ChildJob RunFolder::start(const std::string& toml, const std::string& key, int threads,
                          const std::vector<std::string>& tables) const {
  make_directories(std::filesystem::path(base).parent_path().string());
  std::error_code none;
  const bool same = std::filesystem::exists(started(), none) && read_file(started()) == key;
  const bool resume = same && has_checkpoint(checkpoint_folder(base));
  write_file_atomically(config(), toml);
  write_file_atomically(started(), key);
  ChildJob job{{"train", config(), "--out", base, "--json", resume ? "--resume" : "--overwrite"}, log()};
  if (threads > 0) job.arguments.insert(job.arguments.end(), {"--threads", std::to_string(threads)});
  job.arguments.insert(job.arguments.end(), tables.begin(), tables.end());
  return job;
}

RunRecord RunFolder::finish(const std::string& key, const ChildEnd& end) const {
  RunRecord ended{key, "", end.seconds, end.cpu_seconds, end.peak_bytes};
  if (end.code != 0)
    ended.error = !end.message.empty() ? end.message : fmt::format("ended with code {}", end.code);
  write_file_atomically(record(), dump_json({{"key", ended.key},
                                             {"error", ended.error},
                                             {"seconds", ended.seconds},
                                             {"cpu_seconds", ended.cpu_seconds},
                                             {"peak_memory_bytes", ended.peak_bytes}}));
  return ended;
}

}  // namespace shortlist
