#include "shortlist/bundle/bundle_pointer.h"

#include <charconv>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

constexpr size_t kMostBytes = 4096;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string_view without_line_end(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

int64_t parse_release(std::string_view text, const std::string& path) {
  int64_t release = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), release);
  if (error != std::errc() || end != text.data() + text.size() || release < 1)
    throw data_error("{}: the second line is '{}', need the number of the release, 1 or more", path, text);
  return release;
}

}  // namespace

BundlePointer parse_pointer(std::string_view text, const std::string& path) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.size() > kMostBytes) throw data_error("{}: need the name of a bundle's folder in one line", path);
  text = without_line_end(text);
  if (text.empty()) throw data_error("{}: is empty, need the name of a bundle's folder", path);
  const size_t end = text.find('\n');
  BundlePointer pointer{.folder = std::string(without_line_end(text.substr(0, end))), .release = {}};
  if (pointer.folder.empty() || text.find('\0') != text.npos)
    throw data_error("{}: need the name of a bundle's folder in one line", path);
  if (end != text.npos) {
    pointer.release = parse_release(text.substr(end + 1), path);
  }
  return pointer;
}

}  // namespace shortlist
