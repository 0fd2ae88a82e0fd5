// TensorBoard event files: records of u64 length | masked CRC of it | an Event message | masked CRC of that.
// https://github.com/tensorflow/tensorboard, compat/proto/event.proto and summary.proto
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/io/file.h"

namespace shortlist {

// Seconds since 1970 by the system's clock.
double wall_time_now();

// Left and right edge and count of TensorBoard's histogram buckets: 30 of equal width from the least to the
// greatest value; with one distinct value all lie there and the last has the count. NaN and infinities are
// left out. [3 * buckets], row by row.
std::vector<double> histogram_buckets(std::span<const float> values);

// One run's event file, written as TensorFlow 2 writes it, for TensorBoard to follow while it grows.
class EventFile {
 public:
  // Makes the folder and, in it, events.out.tfevents.<seconds>.<host>.<process>.<n><suffix>.
  explicit EventFile(const std::string& folder, std::string_view suffix = "",
                     double wall_time = wall_time_now());

  void scalar(std::string_view tag, int64_t step, float value, double wall_time = wall_time_now());
  void histogram(std::string_view tag, int64_t step, std::span<const float> values,
                 double wall_time = wall_time_now());
  // Hands everything to the system, where TensorBoard sees it; the destructor does too, but silently.
  void flush() { file_.flush(); }

  const std::string& path() const { return path_; }

 private:
  static OutputFile create(const std::string& folder, std::string_view suffix, double wall_time,
                           std::string& path);
  void record(std::string_view data);
  void tensor(std::string_view tag, std::string_view plugin, int data_class, std::string_view tensor,
              int64_t step, double wall_time);

  std::string path_;
  OutputFile file_;
  std::set<std::string, std::less<>> described_;  // tags whose first value, with metadata, is written
};

}  // namespace shortlist
