#include "shortlist/train/checkpoint.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "shortlist/testing/prepared_table.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;
const Changes kKeepAll = {{"epochs    = 4", "epochs = 4\nkeep_checkpoints = 0"}};

Changes with_rate(const char* rate) {
  Changes changes = kKeepAll;
  changes.emplace_back("{ adam = 0.01 }", rate);
  return changes;
}

// A model of the small table, trained to the end, with a checkpoint after each of four epochs.
class Checkpoints : public testing::Test {
 protected:
  Checkpoints() {
    TinyModel model(table_, kKeepAll);
    run(model);
    numbers_ = model.numbers();
  }

  void run(TinyModel& model) const {
    Trainer trainer = model.trainer();
    run(trainer);
  }
  void run(Trainer& trainer) const {
    TrainingCallback nobody;
    const std::atomic<bool> stop = false;
    trainer.run(nobody, stop, folder_);
  }
  std::string path(const std::string& name) const { return folder_ + "/" + name + ".safetensors"; }

  // Resumes from the newest intact checkpoint and runs to the end. Returns the warnings.
  std::vector<std::string> resume() const {
    TinyModel model(table_, kKeepAll);
    Trainer trainer = model.trainer();
    std::vector<std::string> warned;
    EXPECT_TRUE(trainer.resume(folder_, [&](const std::string& words) { warned.push_back(words); }));
    run(trainer);
    EXPECT_EQ(model.numbers(), numbers_);
    return warned;
  }

  TinyTable table_;
  std::string folder_ = table_.folder() / "checkpoints";
  std::vector<float> numbers_;
};

TEST_F(Checkpoints, AreNoticedWhateverByteIsFlippedAndTheOneBeforeIsTaken) {
  const std::string newest = path("epoch-0004"), whole = read_file(newest);
  for (size_t at = 0; at < whole.size(); at += whole.size() / 40 + 1) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
    OutputFile(newest).write(flipped);
    EXPECT_NE(message_of([&] { open_newest_checkpoint(folder_); }), "") << at;
  }
  const std::vector<std::string> warned = resume();
  ASSERT_EQ(warned.size(), 1u);
  EXPECT_EQ(warned[0], newest +
                           ": wrong checksum: the file was changed; renamed to "
                           "epoch-0004.safetensors.damaged, continuing from epoch-0003.safetensors");
  EXPECT_EQ(read_file(newest), whole);
}

TEST_F(Checkpoints, ThatAreAllDamagedStayAndAreAnError) {
  for (int epoch = 1; epoch <= 4; ++epoch) fs::resize_file(path(fmt::format("epoch-{:04}", epoch)), 100);
  TinyModel model(table_, kKeepAll);
  const std::string message = message_of([&] { model.trainer().resume(folder_); });
  EXPECT_TRUE(message.starts_with(path("epoch-0004") + ": ")) << message;
  EXPECT_TRUE(message.ends_with("; there is no other checkpoint to continue from")) << message;
  EXPECT_TRUE(fs::exists(path("epoch-0004")));
}

TEST_F(Checkpoints, SortByNumber) {
  fs::rename(path("epoch-0003"), path("epoch-9999"));
  fs::rename(path("epoch-0004"), path("epoch-10000"));
  write_file_atomically(path("epoch-x"), "");
  write_file_atomically(path("epoch-20000-step-"), "");
  EXPECT_EQ(open_newest_checkpoint(folder_)->path, path("epoch-10000"));
  fs::copy_file(path("epoch-10000"), path("epoch-10000-step-100000000"));
  fs::copy_file(path("epoch-10000"), path("epoch-10000-step-99999999"));
  EXPECT_EQ(open_newest_checkpoint(folder_)->path, path("epoch-10000-step-100000000"));
  prune_checkpoints(folder_, 3);
  EXPECT_TRUE(fs::exists(path("epoch-10000")));
  EXPECT_FALSE(fs::exists(path("epoch-9999")));
}

TEST_F(Checkpoints, OfAnotherVersionAreRefused) {
  const Metadata older = {{"format", "shortlist checkpoint 1"}};
  write_safetensors(path("epoch-0005"), {}, older);
  const std::string message = message_of([&] { resume(); });
  EXPECT_TRUE(message.starts_with(path("epoch-0005") + ": was written by another version")) << message;
}

TEST_F(Checkpoints, NameTheSumsOfTheEpochInProgress) {
  struct StopAtOnce : TrainingCallback {
    void after_step(const Progress&) override { stop = true; }
    std::atomic<bool> stop = false;
  } callback;
  fs::remove_all(folder_);
  TinyModel model(table_, kKeepAll);
  model.trainer().run(callback, callback.stop, folder_);
  const Checkpoint saved = *open_newest_checkpoint(folder_);
  const nlohmann::json sums = nlohmann::json::parse(saved.file.metadata().at("state")).at("sums");
  EXPECT_EQ(sums.at("rows"), 50);
  EXPECT_EQ(sums.at("losses").at(0).at(0), "loss");
  EXPECT_EQ(sums.at("losses").at(1).at(0), "retrieval_loss");
  EXPECT_EQ(sums.at("squared_errors").at(0).at(0), "rmse");
}

TEST_F(Checkpoints, ThatCannotBeListedAreAnError) {
  fs::remove_all(folder_);
  write_file_atomically(folder_, "no folder");
  EXPECT_EQ(message_of([&] { has_checkpoint(folder_); }), "cannot read " + folder_ + ": Not a directory");
}

TEST_F(Checkpoints, GoOnWithTheConfigsLearningRateIfItChanged) {
  fs::remove(path("epoch-0004"));
  TinyModel model(table_, with_rate("{ adam = 0.002 }")), other(table_, with_rate("{ sgd = 0.01 }"));
  Trainer trainer = model.trainer();
  EXPECT_TRUE(trainer.resume(folder_));
  EXPECT_EQ(trainer.state().learning_rate, 0.002);
  run(trainer);
  EXPECT_EQ(trainer.state().history.epochs[2].learning_rate, 0.01);
  EXPECT_EQ(trainer.state().history.epochs[3].learning_rate, 0.002);
  EXPECT_NE(message_of([&] { other.trainer().resume(folder_); }), "") << "another optimizer";
}

// The losses of a step are computed before its update.
TEST_F(Checkpoints, AreNotSavedAfterAnUpdateThatIsNotFinite) {
  fs::remove_all(folder_);
  Changes changes = with_rate("{ sgd = 1e38 }");
  changes.emplace_back("batch     = 50", "batch = 1000");
  TinyModel model(table_, changes);
  const std::string message = message_of([&] { run(model); });
  EXPECT_TRUE(message.starts_with("epoch 1, step 1: parameter '")) << message;
  EXPECT_TRUE(message.find("' is no longer finite; lower the learning rate") != message.npos) << message;
  EXPECT_FALSE(has_checkpoint(folder_));
}

TEST_F(Checkpoints, AreNotSavedFromAnOptimizerThatIsNotFinite) {
  TinyModel model(table_, kKeepAll);
  Trainer trainer = model.trainer();
  model.parameters.at(0).value.data[0] = NAN;
  fs::remove_all(folder_);
  EXPECT_NE(message_of([&] { trainer.save(folder_); }), "");
  EXPECT_FALSE(has_checkpoint(folder_));
}

}  // namespace
}  // namespace shortlist
