#include "shortlist/train/counted_features.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "shortlist/config/resolve.h"
#include "shortlist/testing/small_table.h"
#include "shortlist/train/prepare.h"

namespace shortlist {
namespace {

// All kinds that are fitted on the table.
const Changes kKinds = {{"genre   = { kind = \"categories\", dim = 4 }",
                         "genre   = { kind = \"categories\", dim = 4 }\nwords = { kind = \"text\", column = "
                         "\"genre\", dim = 4 }\n"
                         "year = { kind = \"number\" }\nparts = { kind = \"number\", column = \"year\", "
                         "quantiles = 4, dim = 2 }\n"
                         "time = { kind = \"time\", column = \"year\", unit = \"seconds\" }"},
                        {R"(["movie", "genre"])", R"(["movie", "genre", "words", "year", "parts", "time"])"}};

FittedFeatures fit_in_shards(const DataSpec& spec, const Table& table, uint64_t count) {
  std::vector<CountedShard> shards;
  for (uint64_t index = count; index-- > 0;) shards.push_back(count_shard(spec, table, {index, count}));
  std::vector<CountedColumn> joined;
  for (size_t c = 0; c < shards[0].columns.size(); ++c) {
    std::vector<const CountedColumn*> parts;
    for (const CountedShard& shard : shards) parts.push_back(&shard.columns[c]);
    joined.push_back(join_parts(shards[0].types[c], parts));
  }
  FittedFeatures fitted = fit_counted(spec, std::move(joined), shards[0].table_rows, "");
  fitted.file = "features.json";
  return fitted;
}

TEST(CountedFeatures, ShardsGiveTheFeaturesOfTheWholeTable) {
  const TinyTable table;
  const DataSpec spec = resolve_data(table.config(kKinds));
  const std::string whole = prepare_data(spec, table.open()).features.to_json().dump();
  for (const uint64_t count : {1, 2, 5, 13}) {
    const FittedFeatures fitted = fit_in_shards(spec, table.open(), count);
    const PreparedData prepared = prepare_data(spec, table.open(), TrainOn::train, {}, nullptr, &fitted);
    EXPECT_EQ(prepared.features.to_json().dump(), whole) << count;
  }
}

TEST(CountedFeatures, OfOtherRowsAreRejected) {
  const TinyTable table;
  DataSpec spec = resolve_data(table.config(kKinds));
  const FittedFeatures fitted = fit_in_shards(spec, table.open(), 2);
  spec.split.seed += 1;
  EXPECT_THROW(prepare_data(spec, table.open(), TrainOn::train, {}, nullptr, &fitted), Error);
}

}  // namespace
}  // namespace shortlist
