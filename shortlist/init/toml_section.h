// A section of a config as `init` writes it: settings, with the reason next to each.
#pragma once

#include <string>
#include <vector>

#include "shortlist/table/table_source.h"

namespace shortlist {

// In TOML syntax.
std::string quoted(const std::string& text);
std::string list_of(const std::vector<std::string>& texts);
std::string key_of(const std::string& name);

// A name for use in a comment. A line break in it must not end the comment.
std::string in_comment(std::string text);

// The lines of a section. Keys, values and comments are aligned in columns.
class Section {
 public:
  explicit Section(std::string header) : header_(std::move(header)) {}
  void add(const std::string& key, const std::string& value, std::string comment = "") {
    lines_.push_back({key, value, std::move(comment)});
  }
  // Adds a comment: a setting to uncomment, or a remark.
  void remark(const std::string& text) { lines_.push_back({"", "# " + text, ""}); }

  std::string text() const;

 private:
  static constexpr size_t kLongestAligned = 50, kLongestLine = 116;
  struct Line {
    std::string key, value, comment;

    // The comment follows the setting, or is on the line above if it does not fit.
    std::string text(size_t keys, size_t column) const;
  };
  std::string header_;
  std::vector<Line> lines_;
};

// Adds the settings with which a table is read, except for its header. `flag` replaces its path.
void add_source(const TableSource& source, const std::string& flag, Section& section);
// Adds the header settings that the user gave.
void add_given_header(const TableSource& source, Section& section);

}  // namespace shortlist
