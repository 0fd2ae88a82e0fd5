#include <gtest/gtest.h>

#include <cstdlib>

#include "shortlist/config/config.h"
#include "shortlist/config/config_reference.h"
#include "shortlist/io/file.h"
#include "shortlist/learners/kinds.h"

namespace shortlist {
namespace {

std::string config_reference() {
  std::vector<KindHelp> kinds;
  for (const ModelKind& kind : model_kinds())
    kinds.push_back({std::string(kind.name), std::string(kind.help), kind.document()});
  return config_reference(kinds);
}

// To regenerate the page, run SHORTLIST_WRITE_DOCS=1 build/config_test.
TEST(ConfigReference, IsTheCommittedPage) {
  const std::string page = "docs/reference/config.md", reference = config_reference();
  if (std::getenv("SHORTLIST_WRITE_DOCS") != nullptr)
    write_file_atomically(page, std::string_view(reference));
  EXPECT_EQ(read_file(page), reference) << "write it anew: SHORTLIST_WRITE_DOCS=1 build/config_test";
}

TEST(ConfigReference, NamesEverySectionKindAndLayer) {
  const std::string reference = config_reference();
  for (const char* heading :
       {"## [data]\n", "### split\n", "### kind = \"category\"\n", "## [model]\n",
        "### kind = \"popularity\"\n", "## [query]\n", "## [items]\n", "## [retrieval]\n", "## [[ranking]]\n",
        "### optimizer\n", "### early_stopping\n", "## [recommend]\n", "### cross\n", "### mlp\n"}) {
    EXPECT_NE(reference.find(heading), reference.npos) << heading;
  }
  EXPECT_NE(reference.find(
                "| `patience` | integer, at least 0 | `10` | Epochs without improvement before the learning rate "
                "is reduced |"),
            reference.npos);
}

}  // namespace
}  // namespace shortlist
