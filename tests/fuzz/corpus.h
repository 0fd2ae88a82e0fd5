// The inputs that fuzzers keep, for tests: each is read again, and so are copies with a byte changed.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "shortlist/base/function_ref.h"
#include "shortlist/base/random.h"
#include "shortlist/io/file.h"

namespace shortlist {

// Those of tests/fuzz/corpus/NAME, by the names of their files. Tests run in the repository's root.
inline std::vector<std::string> fuzz_corpus(const std::string& name) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator("tests/fuzz/corpus/" + name))
    paths.push_back(entry.path());
  std::ranges::sort(paths);
  std::vector<std::string> inputs;
  for (const auto& path : paths) inputs.push_back(read_file(path));
  return inputs;
}

// Calls `ask` with each input, and with `changes` copies of it in which one byte is another, the same ones in
// every run.
inline void ask_changed(const std::vector<std::string>& inputs, size_t changes,
                        FunctionRef<void(const std::string&)> ask) {
  const RandomStream random(1, "changes");
  uint64_t draw = 0;
  for (std::string input : inputs) {
    ask(input);
    for (size_t i = 0; i < changes && !input.empty(); ++i) {
      char& byte = input[random.below(draw++, input.size())];
      const char kept = byte;
      byte = static_cast<char>(random.below(draw++, 256));
      ask(input);
      byte = kept;
    }
  }
}

}  // namespace shortlist
