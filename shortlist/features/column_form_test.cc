#include "shortlist/features/column_form.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "shortlist/table/code_columns.h"
#include "shortlist/table/table.h"
#include "shortlist/table/table_files.h"

namespace shortlist {
namespace {

CodedColumn coded(const std::vector<std::string>& values) {
  const FileFolder folder;
  std::string text = "x,y\n";
  for (const std::string& value : values) text += value + ",\n";
  return std::move(code_columns(Table::open({.path = folder.write("a.csv", text), .header = true}),
                                std::vector<std::string>{"x"})[0]);
}

// The distinct values in their form.
std::string formed(const std::vector<std::string>& values, std::vector<uint32_t>* codes = nullptr) {
  CodedColumn column = coded(values);
  bring_into_form(column, find_form(column.values).form);
  std::string out;
  for (uint32_t code = 0; code < column.distinct(); ++code) out += (code > 0 ? " " : "") + column.text(code);
  if (codes != nullptr) *codes = column.codes;
  return out;
}

TEST(ColumnForm, IntegersAreOneHoweverTheirPointIsWritten) {
  std::vector<uint32_t> codes;
  EXPECT_EQ(formed({"12.0", "7", "12", "", "7.00"}, &codes), "12 7 ");
  EXPECT_EQ(codes, (std::vector<uint32_t>{0, 1, 0, 2, 1}));
  EXPECT_EQ(formed({"12345678901234567890.0", "12345678901234567890"}), "12345678901234567890");
}

TEST(ColumnForm, OneOtherValueLeavesAllAsTheyAreWritten) {
  EXPECT_EQ(formed({"12.0", "12", "0107", "107"}), "12.0 12 0107 107");
  EXPECT_EQ(formed({"1001.4", "1001", "1e3"}), "1001.4 1001 1e3");
  EXPECT_EQ(formed({"1.10", "1.1"}), "1.10 1.1");
}

TEST(ColumnForm, ALaterValueTakesTheFormAndIsNotGuessed) {
  std::string memory;
  EXPECT_EQ(in_form("12.0", TextForm::integer, memory), "12");
  EXPECT_EQ(in_form("guest", TextForm::integer, memory), "guest");
  EXPECT_EQ(in_form("012", TextForm::integer, memory), "012");
  EXPECT_EQ(in_form("12.0", TextForm::text, memory), "12.0");
  EXPECT_EQ(in_form("1e3", TextForm::number, memory), "1000");
  EXPECT_EQ(in_form("0.50", TextForm::number, memory), "0.5");
}

TEST(ColumnForm, OrdersIntegersBySize) {
  EXPECT_TRUE(is_before("9", "10", TextForm::integer));
  EXPECT_TRUE(is_before("-10", "-9", TextForm::integer));
  EXPECT_TRUE(is_before("-1", "0", TextForm::integer));
  EXPECT_FALSE(is_before("7", "7", TextForm::integer));
  EXPECT_TRUE(is_before("10", "9", TextForm::text));
}

TEST(ColumnForm, GoesThroughJson) {
  const ColumnForms forms = {{"a", {ColumnType::integer, TextForm::integer}},
                             {"b", {ColumnType::time, TextForm::text}}};
  const ColumnForms read = forms_from_json(nlohmann::json::parse(forms_to_json(forms).dump()));
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read.at("a").form, TextForm::integer);
  EXPECT_EQ(read.at("b").type, ColumnType::time);
}

}  // namespace
}  // namespace shortlist
