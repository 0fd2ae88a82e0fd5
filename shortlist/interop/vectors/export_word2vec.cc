#include <fmt/format.h>

#include <iterator>
#include <unordered_set>

#include "shortlist/interop/vectors/export_vectors.h"
#include "shortlist/interop/vectors/item_ids.h"
#include "shortlist/io/file.h"

namespace shortlist {
namespace {

std::string without_white_space(std::string text) {
  if (text.empty()) return "_";
  for (char& c : text) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) c = '_';
  }
  return text;
}

// A distinct word for each id.
std::vector<std::string> words_of(const std::vector<std::string>& ids) {
  std::vector<std::string> words;
  std::unordered_set<std::string> taken;
  for (const std::string& id : ids) {
    const std::string wanted = without_white_space(id);
    std::string word = wanted;
    for (int n = 2; !taken.insert(word).second; ++n) word = fmt::format("{}_{}", wanted, n);
    words.push_back(word);
  }
  return words;
}

void write_text(const std::string& path, const std::vector<std::string>& words, ConstMatrix vectors) {
  AtomicFile file(path);
  file.write(fmt::format("{} {}\n", vectors.rows, vectors.cols));
  std::string line;
  for (size_t r = 0; r < vectors.rows; ++r) {
    line = words[r];
    for (const float value : vectors.row_span(r)) fmt::format_to(std::back_inserter(line), " {}", value);
    file.write(line + "\n");
  }
  file.commit();
}

void write_binary(const std::string& path, const std::vector<std::string>& words, ConstMatrix vectors) {
  AtomicFile file(path);
  file.write(fmt::format("{} {}\n", vectors.rows, vectors.cols));
  for (size_t r = 0; r < vectors.rows; ++r) {
    file.write(words[r] + " ");
    file.write(std::as_bytes(vectors.row_span(r)));
    file.write("\n");
  }
  file.commit();
}

}  // namespace

void export_word2vec(const std::string& folder, const ItemVectors& from) {
  write_item_ids(folder, from.items);
  const std::vector<std::string> words = words_of(from.items.ids);
  write_text(folder + "/items.txt", words, from.vectors);
  write_binary(folder + "/items.bin", words, from.vectors);
}

}  // namespace shortlist
