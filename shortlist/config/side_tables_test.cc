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

[retrieval]

[items]
id       = "movieId"
features = ["movieId"]
)";

// With further settings of [items], and other sections.
Config config_of(const std::string& more) {
  return read_config(parse_toml(kConfig + more, "two.toml"), "two.toml");
}

std::string error_of(const std::string& more) {
  try {
    config_of(more);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(SideTableConfig, HasTheSettingsOfATable) {
  const Config config = config_of("table = \"m.dat\"\ndelimiter = \"::\"\nencoding = \"latin-1\"\n");
  ASSERT_TRUE(config.items.has_table());
  EXPECT_FALSE(config.users);
  EXPECT_EQ(config.items.source().path, "m.dat");
  EXPECT_EQ(config.items.source().delimiter, "::");
  EXPECT_EQ(config.items.source().encoding, "latin-1");
  EXPECT_NE(full_config_to_toml(config).find("key = \"movieId\"\ntable = \"m.dat\"\n"), std::string::npos);
}

TEST(SideTableConfig, ItsKeyIsTheColumnThatItIsComparedWith) {
  const Config config = config_of("table = \"m.csv\"\n[users]\nsql = \"SELECT 1\"\nkey = \"id\"\n");
  EXPECT_EQ(config.items.key, "movieId");
  EXPECT_EQ(config.users->key, "id");
}

TEST(SideTableConfig, NeedsOneTable) {
  EXPECT_EQ(error_of("[users]\nkey = \"id\"\n"),
            "two.toml:17: users: got neither, need one of table and sql");
  EXPECT_EQ(error_of("table = \"m.csv\"\nsql = \"SELECT 1\"\n"),
            "two.toml:14: items: got both, need one of table and sql");
}

TEST(ItemsConfig, NeedsNoTableUnlessItDescribesOne) {
  EXPECT_FALSE(config_of("").items.has_table());
  EXPECT_EQ(error_of("key = \"id\"\n"),
            "two.toml:17: items.key: needs the table of items: set table or sql too");
  EXPECT_EQ(error_of("delimiter = \";\"\n"),
            "two.toml:17: items.delimiter: needs the table of items: set table or sql too");
}

TEST(ItemsConfig, IsWrittenInFullSoThatItCanBeRead) {
  for (const char* table : {"", "table = \"m.csv\"\nmissing = [\"NA\"]\n"}) {
    const std::string full = full_config_to_toml(config_of(table));
    EXPECT_EQ(full_config_to_toml(read_config(parse_toml(full, "full.toml"), "full.toml")), full) << table;
  }
}

TEST(SideTableConfig, OfUsersNeedsTheUsersColumn) {
  Value root = parse_toml(std::string(kConfig) + "[users]\ntable = \"u.csv\"\n", "two.toml");
  set_path(root, "data.user", Value(std::string()));
  try {
    read_config(root, "two.toml");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "two.toml:17: users: needs data.user, the column of [data] that its key is matched with");
  }
}

TEST(SideTableConfig, ItsPathIsNoPartOfTheHash) {
  const std::string one = config_hash(config_of("table = \"a.csv\"\n")),
                    other = config_hash(config_of("table = \"b.csv\"\n")),
                    key = config_hash(config_of("table = \"a.csv\"\nkey = \"id\"\n")),
                    none = config_hash(config_of(""));
  EXPECT_EQ(one, other);
  EXPECT_NE(one, key);
  EXPECT_NE(one, none);
}

// Settings that only two towers have are left out of the full text, since read_config() rejects them.
TEST(FullConfig, OfAnotherKindReadsBack) {
  for (const char* more : {"",
                           "[features]\nmovie = { kind = \"category\", dim = 4 }\n[[ranking]]\nlabel = "
                           "\"rating\"\n"}) {
    const std::string features = *more == 0 ? "" : "features = [\"movie\"]\n";
    const std::string toml =
        "[data]\ntable = \"r.csv\"\nuser = \"user\"\n[model]\nkind = "
        "\"popularity\"\n[items]\nid = \"movie\"\n" +
        features + more;
    const std::string full = full_config_to_toml(read_config(parse_toml(toml, "a.toml"), "a.toml"));
    EXPECT_NE(full.find("top_k"), std::string::npos);
    EXPECT_EQ(full.find("sampling_correction"), std::string::npos);
    EXPECT_EQ(full_config_to_toml(read_config(parse_toml(full, "full.toml"), "full.toml")), full);
  }
}

}  // namespace
}  // namespace shortlist
