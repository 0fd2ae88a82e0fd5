// A section of a config as `init` writes it: settings with the reason beside each.
#pragma once

#include <string>
#include <vector>

#include "shortlist/table/table_source.h"

namespace shortlist {

// As TOML writes them.
std::string quoted(const std::string& text);
std::string list_of(const std::vector<std::string>& texts);
std::string key_of(const std::string& name);

// A name in a comment: a line break in it must not end the comment.
std::string in_comment(std::string text);

// The lines of a section: keys, values and comments each below one another.
class Section {
 public:
  explicit Section(std::string header) : header_(std::move(header)) {}
  void add(const std::string& key, const std::string& value, std::string comment = "") {
    lines_.push_back({key, value, std::move(comment)});
  }
  // A line that does nothing until a person takes its # away, or says something.
  void remark(const std::string& text) { lines_.push_back({"", "# " + text, ""}); }

  std::string text() const;

 private:
  static constexpr size_t kLongestAligned = 50, kLongestLine = 116;
  struct Line {
    std::string key, value, comment;

    // The comment is behind the setting, or above it where there is no room.
    std::string text(size_t keys, size_t column) const;
  };
  std::string header_;
  std::vector<Line> lines_;
};

// Adds how a table is read, but for its header; `flag` is what replaces its path.
void add_source(const TableSource& source, const std::string& flag, Section& section);
// Adds what a person said of its header.
void add_given_header(const TableSource& source, Section& section);

}  // namespace shortlist
