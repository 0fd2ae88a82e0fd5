// Reads every input of the readers' fuzz corpus as it is, and many times with one byte changed.
#include <gtest/gtest.h>

#include "tests/fuzz/bundle_input.h"
#include "tests/fuzz/config_input.h"
#include "tests/fuzz/corpus.h"
#include "tests/fuzz/hdf5_input.h"
#include "tests/fuzz/npy_input.h"
#include "tests/fuzz/safetensors_input.h"
#include "tests/fuzz/table_input.h"

namespace shortlist {
namespace {

// Some of the unchanged inputs are valid.
template <typename Read>
void read_all(const std::string& name, size_t changes, Read read) {
  const std::vector<std::string> inputs = fuzz_corpus(name);
  size_t good = 0;
  for (const std::string& input : inputs) good += read(input);
  EXPECT_GT(good, 0U);
  ask_changed(inputs, changes, [&](const std::string& input) { read(input); });
}

TEST(ReaderCorpus, EveryConfigIsReadOrRefused) { read_all("config", 100, read_fuzzed_config); }

TEST(ReaderCorpus, EverySettingIsReadOrRefused) {
  ask_changed(fuzz_corpus("config"), 100, [](const std::string& input) { read_fuzzed_setting(input); });
}

TEST(ReaderCorpus, EverySafetensorsFileIsReadOrRefused) {
  read_all("safetensors", 100, read_fuzzed_safetensors);
}

TEST(ReaderCorpus, EveryNpyFileIsReadOrRefused) { read_all("npy", 100, read_fuzzed_npy); }

TEST(ReaderCorpus, EveryHdf5FileIsReadOrRefused) { read_all("hdf5", 20, read_fuzzed_hdf5); }

TEST(ReaderCorpus, EveryTableIsReadOrRefused) { read_all("table", 4, read_fuzzed_table); }

TEST(ReaderCorpus, EveryFileOfABundleIsReadOrRefused) {
  const FuzzedBundle bundle;
  for (const std::string& name : bundle.names())
    EXPECT_TRUE(bundle.load(name + "\n" + bundle.content(name))) << name;
  const auto load = [&](std::string_view input) { return bundle.load(input); };
  read_all("bundle", 4, load);
}

}  // namespace
}  // namespace shortlist
