#include "shortlist/train/fit_features.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "shortlist/config/resolve.h"
#include "shortlist/testing/small_table.h"

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

nlohmann::json fitted_in_parts_of(size_t values, const std::vector<uint32_t>* rows) {
  const TinyTable table;
  const Config config = table.config(kKinds);
  const FormColumn form = [](CodedColumn&) { return TextForm::text; };
  const DataColumns columns = read_data_columns(resolve_data(config), table.open(), {}, form);
  return fit_features(resolve_data(config), columns, rows, {}, values).to_json();
}

TEST(FitFeatures, PartsOfAnySizeGiveTheSameFeatures) {
  const std::vector<uint32_t> rows = {3, 1, 4, 15, 92, 65, 35, 89, 79, 32, 38, 46, 26, 43};
  for (const auto* some : {static_cast<const std::vector<uint32_t>*>(nullptr), &rows}) {
    const nlohmann::json whole = fitted_in_parts_of(1000, some);
    for (const size_t values : {1, 2, 7, 29}) EXPECT_EQ(fitted_in_parts_of(values, some), whole) << values;
  }
}

TEST(FitFeatures, APartNamesTheRowOfAWrongValue) {
  const TinyTable table(
      "user,country,movie,genre,year,rating\nu,P,m,G,1,1\nu,P,m,G,2,1\nu,P,m,G,\"[1, 2]\",1\n");
  Changes vector = {{"genre   = { kind = \"categories\", dim = 4 }",
                     "genre   = { kind = \"categories\", dim = 4 }\nyear = { kind = \"vector\" }"},
                    {R"(["movie", "genre"])", R"(["movie", "genre", "year"])"}};
  const Config config = table.config(vector);
  const FormColumn form = [](CodedColumn&) { return TextForm::text; };
  const DataColumns columns = read_data_columns(resolve_data(config), table.open(), {}, form);
  for (const size_t values : {1, 1000}) {
    try {
      fit_features(resolve_data(config), columns, nullptr, {}, values);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()), "row 3, column 'year': the vector has 2 numbers, need 1");
    }
  }
}

}  // namespace
}  // namespace shortlist
