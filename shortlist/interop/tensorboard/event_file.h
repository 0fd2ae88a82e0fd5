// TensorBoard event files. A record is u64 length | masked CRC of the length | Event message | masked CRC of
// it.
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

// Seconds since 1970 by the system clock.
double wall_time_now();

// Left edge, right edge and count of TensorBoard's histogram buckets: 30 of equal width from the minimum to
// the maximum. With one distinct value, all buckets are at that value and the last has the whole count. NaN
// and infinities are ignored. Returns [3 * buckets], row by row.
std::vector<double> histogram_buckets(std::span<const float> values);

// The event file of one run, in the format of TensorFlow 2. TensorBoard can read it while it grows.
class EventFile {
 public:
  // Creates the folder and, in it, events.out.tfevents.<seconds>.<host>.<process>.<n><suffix>.
  explicit EventFile(const std::string& folder, std::string_view suffix = "",
                     double wall_time = wall_time_now());

  void scalar(std::string_view tag, int64_t step, float value, double wall_time = wall_time_now());
  void histogram(std::string_view tag, int64_t step, std::span<const float> values,
                 double wall_time = wall_time_now());
  // Writes all buffered records, so that TensorBoard sees them. The destructor does this too, but ignores
  // errors.
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
  std::set<std::string, std::less<>> described_;  // tags whose first value, with metadata, has been written
};

}  // namespace shortlist
