#include "shortlist/synth/synth.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "shortlist/base/error.h"
#include "shortlist/base/threads.h"
#include "shortlist/io/file.h"
#include "shortlist/synth/rows.h"
#include "shortlist/synth/titles.h"
#include "shortlist/synth/truth_file.h"
#include "shortlist/table/table_writer.h"

namespace shortlist {
namespace {

constexpr size_t kTasks = 32;          // generated in parallel, then written in order
constexpr int64_t kTaskRows = 16'384;  // approximately

class SynthTable {
 public:
  // One file, or with `shard_rows` a folder of files.
  SynthTable(const SynthTruth& truth, const std::string& path, int64_t shard_rows = 0)
      : truth_(truth), path_(path), shard_rows_(shard_rows) {
    open();
    for (const SynthItem& item : truth.items) genres_.push_back(item.genres_text());
  }

  void write(const SynthRow& row) {
    if (shard_rows_ > 0 && rows_ == shard_rows_) {
      writer_->finish();
      ++shard_;
      open();
    }
    ++rows_;
    const SynthUser& user = truth_.users[row.user];
    const SynthItem& item = truth_.items[row.item];
    if (user_id_.empty() || row.user != user_) user_id_ = synth_user_id(user_ = row.user);
    writer_->text(user_id_);
    writer_->text(synth_country_names()[user.country]);
    writer_->text(synth_age_group_names()[user.age_group]);
    writer_->text(item.title);
    writer_->text(genres_[row.item]);
    writer_->integer(item.year);
    writer_->integer(row.rating);
    writer_->time(static_cast<double>(row.time));
  }
  void finish() { writer_->finish(); }

 private:
  void open() {
    writer_.emplace(shard_rows_ > 0 ? fmt::format("{}/part-{:05}.parquet", path_, shard_) : path_,
                    std::vector<OutputColumn>{{"user", ColumnType::text},
                                              {"country", ColumnType::text},
                                              {"age_group", ColumnType::text},
                                              {"title", ColumnType::text},
                                              {"genres", ColumnType::text},
                                              {"year", ColumnType::integer},
                                              {"rating", ColumnType::integer},
                                              {"time", ColumnType::time}});
    rows_ = 0;
  }

  const SynthTruth& truth_;
  const std::string path_;
  const int64_t shard_rows_;
  int64_t rows_ = 0;  // of the present file
  int shard_ = 0;
  std::vector<std::string> genres_;  // [items], as text
  uint32_t user_ = 0;
  std::string user_id_;  // of user_
  std::optional<TableWriter> writer_;
};

// Sums over the rows in order, so that the sums do not depend on the threads.
class FigureSums {
 public:
  void add(const SynthRow& row) {
    const double error = row.rating - row.expected_rating;
    ++rows_, sum_ += row.rating, squares_ += row.rating * row.rating, errors_ += error * error;
  }
  SynthStatistics figures() const {
    const auto rows = static_cast<double>(rows_);
    const double mean = static_cast<double>(sum_) / rows;
    return {.rows = rows_,
            .mean = mean,
            .deviation = std::sqrt(static_cast<double>(squares_) / rows - mean * mean),
            .best_rmse = std::sqrt(errors_ / rows)};
  }

 private:
  int64_t rows_ = 0, sum_ = 0, squares_ = 0;
  double errors_ = 0;
};

// The first user of each task of about kTaskRows rows, followed by the number of users.
std::vector<size_t> cut_tasks(const SynthRows& rows, size_t users) {
  std::vector<size_t> first = {0};
  for (size_t u = 1; u < users; ++u) {
    if (rows.first_row(u) - rows.first_row(first.back()) >= kTaskRows) first.push_back(u);
  }
  first.push_back(users);
  return first;
}

SynthStatistics write_rows(const SynthTruth& truth, const SynthRows& rows, SynthTable& table,
                           const SynthProgress& progress, int threads) {
  const std::vector<size_t> first = cut_tasks(rows, truth.users.size());
  ThreadPool pool(threads);
  std::vector<SynthRows::Scratch> scratch(pool.threads());
  std::vector<std::vector<SynthRow>> drawn(kTasks);
  FigureSums sums;
  for (size_t begin = 0; begin + 1 < first.size(); begin += kTasks) {
    const size_t count = std::min(kTasks, first.size() - 1 - begin);
    pool.run(count, [&](size_t task, int worker) {
      drawn[task].clear();
      for (size_t u = first[begin + task]; u < first[begin + task + 1]; ++u) {
        rows.append(u, scratch[worker], drawn[task]);
      }
    });
    for (size_t task = 0; task < count; ++task) {
      for (const SynthRow& row : drawn[task]) sums.add(row), table.write(row);
      if (progress) progress(rows.first_row(first[begin + task + 1]), truth.options.rows);
    }
  }
  return sums.figures();
}

}  // namespace

void write_synth(const SynthOptions& options, const std::string& path, const SynthProgress& progress,
                 int threads) {
  const SynthTruth truth = synth_truth(options);
  const SynthRows rows(truth);
  SynthTable table(truth, path);
  const SynthStatistics figures = write_rows(truth, rows, table, progress, threads);
  table.finish();
  if (path != "-") write_synth_truth(truth, figures, synth_truth_path(path));
}

void write_synth_shards(const SynthOptions& options, const std::string& folder, int64_t shard_rows,
                        const SynthProgress& progress, int threads) {
  SHORTLIST_CHECK(shard_rows > 0);
  const SynthTruth truth = synth_truth(options);
  const SynthRows rows(truth);
  make_directories(folder);
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".parquet")
      throw usage_error("{}: contains {} already; need a folder without Parquet files", folder,
                        entry.path().filename().string());
  }
  const std::string path = folder.ends_with('/') ? folder.substr(0, folder.size() - 1) : folder;
  SynthTable table(truth, path, shard_rows);
  const SynthStatistics figures = write_rows(truth, rows, table, progress, threads);
  table.finish();
  write_synth_truth(truth, figures, synth_truth_path(path));
}

std::string synth_truth_path(const std::string& path) { return path + ".truth.json"; }

}  // namespace shortlist
