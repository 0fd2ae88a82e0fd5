#include "shortlist/cli/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "shortlist/base/count_text.h"
#include "shortlist/base/standard_streams.h"

namespace shortlist {
namespace {

constexpr auto kRedraw = std::chrono::milliseconds(100);

size_t terminal_columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

bool words_go_to_a_terminal() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && term != nullptr && std::strcmp(term, "dumb") != 0;
}

ProgressLine::ProgressLine(bool enabled) : enabled_(enabled && words_go_to_a_terminal()) {}

bool ProgressLine::due() const { return enabled_ && Clock::now() >= next_; }

void ProgressLine::draw(const std::string& text) {
  if (!enabled_) return;
  write_message("\r\x1b[K" + text.substr(0, terminal_columns() - 1));
  drawn_ = true;
  next_ = Clock::now() + kRedraw;
}

void ProgressLine::clear() {
  if (!drawn_) return;
  write_message("\r\x1b[K");
  drawn_ = false;
}

std::string bar(double share, int width) {
  const int full = std::clamp(static_cast<int>(share * width), 0, width);
  return "[" + std::string(static_cast<size_t>(full), '#') +
         std::string(static_cast<size_t>(width - full), '.') + "]";
}

std::string duration_text(double seconds) {
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<int64_t>(seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

RowProgress::RowProgress(std::string what, uint64_t rows, bool quiet)
    : what_(std::move(what)), rows_(rows), quiet_(quiet), line_(!quiet) {}

RowProgress::RowProgress(std::string what, const Table& table, bool quiet)
    : RowProgress(std::move(what), !quiet && words_go_to_a_terminal() ? table.rows() : 0, quiet) {}

double RowProgress::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void RowProgress::show(uint64_t done) {
  if (!line_.due()) return;
  const double rate = static_cast<double>(done) / std::max(1e-9, seconds());
  std::string text = fmt::format("{}: {} rows", what_, count_text(done));
  if (rows_ > 0 && done > 0) {
    const double share = static_cast<double>(done) / static_cast<double>(rows_);
    text = fmt::format("{} {} {} of {} rows", what_, bar(share), count_text(done), count_text(rows_));
    const double left = (static_cast<double>(rows_) - static_cast<double>(done)) / rate;
    line_.draw(fmt::format("{}, {} rows/s, {} left", text, count_text(static_cast<uint64_t>(rate)),
                           duration_text(std::max(0.0, left))));
    return;
  }
  line_.draw(fmt::format("{}, {} rows/s", text, count_text(static_cast<uint64_t>(rate))));
}

void RowProgress::finish(uint64_t done, const std::string& where) {
  line_.clear();
  if (quiet_) return;
  write_message(fmt::format("{}: {} rows in {}{}\n", what_, count_text(done), duration_text(seconds()),
                            where.empty() || where == "-" ? "" : ", written to " + where));
}

}  // namespace shortlist
