// [items] and [users].
#include <gtest/gtest.h>

#include "shortlist/config/config_hash.h"
#include "shortlist/config/config_toml.h"
#include "shortlist/config/read_config.h"
#include "shortlist/io/toml.h"

namespace shortlist {
namespace {

constexpr const char* kConfig = R"([data]
table = "ratings.csv"
user  = "userId"

[features]
userId  = { kind = "category" }
movieId = { kind = "category" }

[query]
features = ["userId"]

[candidate]
id       = "movieId"
features = ["movieId"]

[retrieval]

)";

Config config_of(const std::string& sections) {
  return read_config(parse_toml(kConfig + sections, "two.toml"), "two.toml");
}

std::string error_of(const std::string& sections) {
  try {
    config_of(sections);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(SideTableConfig, HasTheSettingsOfATable) {
  const Config config = config_of("[items]\ntable = \"m.dat\"\ndelimiter = \"::\"\nencoding = \"latin-1\"\n");
  ASSERT_TRUE(config.items);
  EXPECT_FALSE(config.users);
  EXPECT_EQ(config.items->source().path, "m.dat");
  EXPECT_EQ(config.items->source().delimiter, "::");
  EXPECT_EQ(config.items->source().encoding, "latin-1");
  EXPECT_NE(full_config_to_toml(config).find("[items]\nkey = \"movieId\"\n"), std::string::npos);
}

TEST(SideTableConfig, ItsKeyIsTheColumnThatItIsComparedWith) {
  const Config config = config_of("[items]\ntable = \"m.csv\"\n[users]\nsql = \"SELECT 1\"\nkey = \"id\"\n");
  EXPECT_EQ(config.items->key, "movieId");
  EXPECT_EQ(config.users->key, "id");
}

TEST(SideTableConfig, NeedsOneTable) {
  EXPECT_EQ(error_of("[items]\nkey = \"id\"\n"),
            "two.toml:18: items: got neither, need one of table and sql");
  EXPECT_EQ(error_of("[items]\ntable = \"m.csv\"\nsql = \"SELECT 1\"\n"),
            "two.toml:18: items: got both, need one of table and sql");
}

TEST(SideTableConfig, OfUsersNeedsTheUsersColumn) {
  Value root = parse_toml(std::string(kConfig) + "[users]\ntable = \"u.csv\"\n", "two.toml");
  set_path(root, "data.user", Value(std::string()));
  try {
    read_config(root, "two.toml");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "two.toml:18: users: needs data.user, the column of [data] that its key is matched with");
  }
}

TEST(SideTableConfig, ItsPathIsNoPartOfTheHash) {
  const std::string one = config_hash(config_of("[items]\ntable = \"a.csv\"\n")),
                    other = config_hash(config_of("[items]\ntable = \"b.csv\"\n")),
                    key = config_hash(config_of("[items]\ntable = \"a.csv\"\nkey = \"id\"\n"));
  EXPECT_EQ(one, other);
  EXPECT_NE(one, key);
}

}  // namespace
}  // namespace shortlist
