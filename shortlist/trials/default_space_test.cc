#include "shortlist/trials/default_space.h"

#include <gtest/gtest.h>

#include "shortlist/config/read_config.h"
#include "shortlist/io/toml.h"
#include "shortlist/learners/kinds.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

Config config_of(const std::string& kind, const std::string& more = "") {
  const std::string text =
      "[data]\ntable = \"t.csv\"\nuser = \"user\"\n[items]\nid = \"item\"\n[model]\nkind = \"" + kind +
      "\"\n" + more;
  return read_config(parse_toml(text, "c.toml"), "c.toml");
}

// A misspelt key of a kind's space would make the space smaller without a word.
TEST(DefaultSpace, HasSettingsThatEachKindTakes) {
  for (const ModelKind& kind : model_kinds()) {
    if (kind.name == kTwoTower || kind.name == kFactorizationMachine || kind.name == kBlend) continue;
    const Config config = config_of(std::string(kind.name));
    const Space space = default_space(config);
    EXPECT_FALSE(space.settings.empty()) << kind.name;
    for (uint64_t trial = 0; trial < 20; ++trial) {
      Value root = config.written;
      set_values(space, space.sample(1, trial), root);
      EXPECT_EQ(message_of([&] { find_kind(read_config(root, "c.toml").model); }), "") << kind.name;
    }
  }
}

TEST(DefaultSpace, IsReadBackFromItsText) {
  for (const char* kind : {"ease", "item_knn"}) {
    const Space space = default_space(config_of(kind));
    const Space again = read_space(parse_toml(space_to_toml(space), "s"), "s");
    EXPECT_EQ(space_to_toml(again), space_to_toml(space));
  }
}

}  // namespace
}  // namespace shortlist
