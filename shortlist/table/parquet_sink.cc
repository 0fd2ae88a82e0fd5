// Parquet: DuckDB writes the rows in a separate thread, a few chunks behind the writer.
#include <fmt/format.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "shortlist/base/start_thread.h"
#include "shortlist/base/threads.h"
#include "shortlist/io/file.h"
#include "shortlist/table/database.h"
#include "shortlist/table/row_sink.h"
#include "shortlist/table/sql_type.h"

namespace shortlist {
namespace {

class ChunkQueue : public ChunkProducer {
 public:
  explicit ChunkQueue(std::vector<OutputColumn> columns) : columns_(std::move(columns)) {}

  const std::vector<OutputColumn>& columns() const override { return columns_; }

  std::unique_ptr<OwnedChunk> next() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !chunks_.empty() || ended_ || cancelled_; });
    if (cancelled_) throw failed("cancelled");
    if (chunks_.empty()) return nullptr;
    std::unique_ptr<OwnedChunk> chunk = std::move(chunks_.front());
    chunks_.pop_front();
    changed_.notify_all();
    return chunk;
  }

  // Returns false once no one takes chunks any more.
  bool push(std::unique_ptr<OwnedChunk> chunk) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return chunks_.size() < kMostChunks || closed_; });
    if (closed_) return false;
    chunks_.push_back(std::move(chunk));
    changed_.notify_all();
    return true;
  }

  void end() { set(ended_); }         // no more chunks will come
  void cancel() { set(cancelled_); }  // next() fails
  void close() { set(closed_); }      // next() is not called again

 private:
  static constexpr size_t kMostChunks = 16;

  void set(bool& flag) {
    std::lock_guard lock(mutex_);
    flag = true;
    changed_.notify_all();
  }

  const std::vector<OutputColumn> columns_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<OwnedChunk>> chunks_;
  bool ended_ = false, cancelled_ = false, closed_ = false;
};

std::string selected(const std::vector<OutputColumn>& columns) {
  std::string list;
  for (const OutputColumn& column : columns) {
    const std::string name = sql_name(column.name);
    list += list.empty() ? "" : ", ";
    list += column.sql_type.empty() ? name : fmt::format("{0}::{1} AS {0}", name, column.sql_type);
  }
  return list;
}

class ParquetSink : public RowSink {
 public:
  ParquetSink(const std::string& path, std::vector<OutputColumn> columns)
      : path_(path),
        unfinished_(fmt::format("{}.tmp-{}", path, getpid())),
        queue_(std::move(columns)),
        thread_(start_thread([this] { copy(); })) {}

  ~ParquetSink() override {
    if (!thread_.joinable()) return;
    queue_.cancel();
    thread_.join();
    std::remove(unfinished_.c_str());
  }

  void write(std::unique_ptr<OwnedChunk> chunk) override {
    if (!queue_.push(std::move(chunk))) finish();
  }

  void finish() override {
    queue_.end();
    thread_.join();
    if (error_) {
      std::remove(unfinished_.c_str());
      std::rethrow_exception(error_);
    }
    try {
      move_into_place(unfinished_, path_);
    } catch (...) {
      std::remove(unfinished_.c_str());
      throw;
    }
  }

 private:
  void copy() {
    try {
      database_.run_with_rows(fmt::format("COPY (SELECT {} FROM given_rows()) TO {} (FORMAT parquet)",
                                          selected(queue_.columns()), sql_text(unfinished_)),
                              queue_);
    } catch (const SqlError& error) {
      const std::string message = error.what();
      error_ = std::make_exception_ptr(
          failed("cannot write {}: {}", path_, message.substr(0, message.find('\n'))));
    } catch (...) {
      error_ = std::current_exception();
    }
    queue_.close();
  }

  const std::string path_, unfinished_;
  Database database_;
  ChunkQueue queue_;
  std::exception_ptr error_;  // read after the thread has been joined
  std::thread thread_;        // last, because it uses all other members
};

}  // namespace

std::unique_ptr<RowSink> open_parquet_sink(const std::string& path, std::vector<OutputColumn> columns) {
  return std::make_unique<ParquetSink>(path, std::move(columns));
}

}  // namespace shortlist
