#include "shortlist/layers/layer.h"

#include <gtest/gtest.h>

#include "shortlist/layers/batch_norm.h"
#include "shortlist/layers/cross.h"
#include "shortlist/layers/layer_kinds.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

const Where kWhere{"model.toml", "query.layers.0"};

LayerPtr read(Value::Table table) { return read_layer(Value(std::move(table), 7), kWhere, {"name"}); }

TEST(ReadLayer, ReadsTheSettingsOfTheKindThatIsNamed) {
  const LayerPtr layer =
      read({{"cross", std::string("low")}, {"projection", int64_t{8}}, {"name", std::string("c")}});
  const auto* cross = dynamic_cast<const Cross*>(layer.get());
  ASSERT_NE(cross, nullptr);
  EXPECT_EQ(cross->cross, CrossRank::low);
  EXPECT_EQ(cross->projection, 8);
}

TEST(ReadLayer, AnActivationIsALayerOnlyWhenNoOtherKindIsNamed) {
  EXPECT_EQ(read({{"activation", std::string("relu")}, {"dense", int64_t{4}}})->kind(), "dense");
  EXPECT_EQ(read({{"activation", std::string("relu")}})->kind(), "activation");
}

TEST(ReadLayer, EveryKindReadsWhatItWrites) {
  for (const LayerKind& kind : layer_kinds()) {
    SCOPED_TRACE(kind.name);
    for (const FieldHelp& field : kind.document()) EXPECT_FALSE(field.help.empty());
    LayerPtr layer;
    for (const Value& main : {Value(true), Value(int64_t{3}), Value(0.25), Value(std::string("full")),
                              Value(std::string("tanh"))}) {
      try {
        layer = kind.read(Value(Value::Table{{kind.name, main}}), kWhere);
        break;
      } catch (const Error&) {
      }
    }
    ASSERT_NE(layer, nullptr);
    EXPECT_EQ(layer->kind(), kind.name);
    EXPECT_EQ(to_toml(read_layer(layer->settings(), kWhere, {})->settings()), to_toml(layer->settings()));
  }
}

TEST(ReadLayer, NamesTheNearestKindOfAnUnknownOne) {
  const std::string known =
      "dense, cross, batch_norm, dropout, concat, add, multiply, dot_interaction, l2_normalize, activation";
  EXPECT_EQ(message_of([] {
              read({{"densse", int64_t{4}}});
            }),
            "model.toml:7: query.layers.0: got 'densse', need a layer, one of " + known +
                "; did you mean 'dense'?");
  EXPECT_EQ(message_of([] {
              read({{"name", std::string("x")}, {"dropuot", 0.5}});
            }),
            "model.toml:7: query.layers.0: got 'dropuot', need a layer, one of " + known +
                "; did you mean 'dropout'?");
}

TEST(ReadLayer, RejectsWhatIsNoTable) {
  EXPECT_EQ(message_of([] { read_layer(Value(int64_t{3}, 9), kWhere, {}); }),
            "model.toml:9: query.layers.0: got the number 3, need a layer such as { dense = 32 }");
}

}  // namespace
}  // namespace shortlist
