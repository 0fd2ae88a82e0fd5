// Reads every input in the corpus of the checkpoint fuzzer, and again with each of its bytes changed.
#include <gtest/gtest.h>

#include "shortlist/base/error.h"
#include "shortlist/testing/temporary_folder.h"
#include "tests/fuzz/checkpoint_input.h"
#include "tests/fuzz/corpus.h"

namespace shortlist {
namespace {

TEST(CheckpointCorpus, HasACheckpointThatFits) {
  EXPECT_TRUE(read_fuzzed_checkpoint(read_file("tests/fuzz/corpus/checkpoint/fits")));
}

TEST(CheckpointCorpus, EveryInputIsReadOrRefused) {
  for (const std::string& input : fuzz_corpus("checkpoint"))
    message_of([&] { read_fuzzed_checkpoint(input); });
}

TEST(CheckpointCorpus, EveryChangedByteIsReadOrRefused) {
  for (std::string input : fuzz_corpus("checkpoint")) {
    for (size_t i = 0; i < input.size(); ++i) {
      const char kept = input[i];
      for (const char changed : {'\0', '\x7f', '\xff', static_cast<char>(kept ^ 1)}) {
        input[i] = changed;
        message_of([&] { read_fuzzed_checkpoint(input); });
      }
      input[i] = kept;
    }
  }
}

}  // namespace
}  // namespace shortlist
