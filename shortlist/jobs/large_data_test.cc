#include "shortlist/jobs/large_data.h"

#include <gtest/gtest.h>

#include "shortlist/layers/dense.h"
#include "shortlist/layers/embedding.h"

namespace shortlist {
namespace {

// A table of 1000 x 4 numbers that two nodes share, and a dense layer of 4 x 32 numbers and 32.
ModelSpec model_of_two_tables() {
  auto embedding = std::make_shared<Embedding>();
  embedding->ids = 1000;
  embedding->dim = 4;
  embedding->table = "shared";
  ModelSpec spec;
  spec.add({.name = "a", .layer = embedding, .feature = 0});
  spec.add({.name = "b", .layer = embedding, .feature = 1});
  spec.add({.name = "dense", .layer = std::make_shared<Dense>(), .inputs = {0}});
  return spec;
}

TEST(LargeData, CountsParametersWithTheirSlotsAndCopies) {
  TrainSpec training;
  training.settings.optimizer.adam = 0.1;
  constexpr size_t kTable = 1000 * 4 * 4, kDense = (4 * 32 + 32) * 4;
  EXPECT_EQ(parameter_bytes(model_of_two_tables(), training), 3 * (kTable + kDense));
  training.settings.early_stopping.emplace();
  EXPECT_EQ(parameter_bytes(model_of_two_tables(), training), 4 * (kTable + kDense));
  training.settings.table_storage = TableStorage::mapped;
  EXPECT_EQ(parameter_bytes(model_of_two_tables(), training), 4 * kDense);
}

TEST(LargeData, RefusesAModelThatDoesNotFitWithTheFigure) {
  TrainSpec training;
  training.settings.optimizer.adam = 0.1;
  auto embedding = std::make_shared<Embedding>();
  embedding->ids = 500'000'000;
  embedding->dim = 64;
  ModelSpec spec;
  spec.add({.name = "a", .layer = embedding, .feature = 0});
  EXPECT_NO_THROW(check_parameters_fit(spec, training));
  const MemoryLimit limit(private_memory() + (size_t{1} << 30));
  const std::string message = [&] {
    try {
      check_parameters_fit(spec, training);
    } catch (const Error& error) {
      return error.message();
    }
    return std::string();
  }();
  EXPECT_NE(message.find("but the parameters and the optimizer's state need 357.6G"), message.npos)
      << message;
  EXPECT_NE(message.find("or set training.table_storage = \"mapped\""), message.npos) << message;
  training.settings.table_storage = TableStorage::mapped;
  EXPECT_NO_THROW(check_parameters_fit(spec, training));
}

}  // namespace
}  // namespace shortlist
