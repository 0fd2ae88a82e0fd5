#include "shortlist/config/config_schema.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

const Value& named(const Value& list, std::string_view name) {
  for (const Value& entry : *list.array())
    if (*entry.find("name")->text() == name) return entry;
  throw std::out_of_range(std::string(name));
}

const Value& field(const Value& table, std::string_view name) { return named(*table.find("fields"), name); }

TEST(ConfigSchema, DescribesTheTypeOfASetting) {
  const Value schema = config_schema({});
  const Value& training = *named(*schema.find("sections"), "training").find("form");
  const Value& epochs = field(training, "epochs");
  EXPECT_EQ(*epochs.find("default")->text(), "10");
  EXPECT_EQ(*epochs.find("range")->text(), "at least 1");
  EXPECT_EQ(*epochs.find("form")->find("name")->text(), "integer");
  const Value& precision = *field(training, "precision").find("form");
  EXPECT_EQ(*precision.find("name")->text(), "choice");
  EXPECT_EQ(*(*precision.find("choices")->array())[0].text(), "float32");
}

TEST(ConfigSchema, DescribesTablesWithinTables) {
  const Value schema = config_schema({});
  const Value& training = *named(*schema.find("sections"), "training").find("form");
  const Value& stopping = *field(training, "early_stopping").find("form");
  EXPECT_TRUE(std::get<bool>(stopping.find("optional")->data));
  EXPECT_EQ(*field(stopping, "patience").find("default")->text(), "0");
  EXPECT_FALSE(std::get<bool>(field(training, "optimizer").find("form")->find("optional")->data));
}

TEST(ConfigSchema, KindsHaveTheKeysThatAllHave) {
  const Value schema = config_schema({});
  const Value& category = named(*schema.find("features"), "category");
  EXPECT_NO_THROW(field(category, "column"));
  EXPECT_NO_THROW(field(category, "dim"));
  const Value& mlp = named(*schema.find("layers"), "mlp");
  for (const char* key : {"mlp", "final_activation", "l2", "name", "inputs"})
    EXPECT_NO_THROW(field(mlp, key)) << key;
  EXPECT_THROW(field(mlp, "dense"), std::out_of_range);
}

}  // namespace
}  // namespace shortlist
