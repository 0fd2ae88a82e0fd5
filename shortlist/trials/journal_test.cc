#include "shortlist/trials/journal.h"

#include <gtest/gtest.h>

#include "shortlist/io/file.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

TEST(Journal, KeepsItsRecords) {
  const TemporaryFolder folder;
  const std::string path = folder / "journal.jsonl";
  {
    Journal journal(path, "key");
    journal.add({.trial = 3, .round = 1, .epochs = 9, .value = 0.1234567890123, .curve = {0.1, 0.2}});
    journal.add({.trial = 4, .round = 1, .error = "no"});
  }
  const Journal journal(path, "key");
  ASSERT_NE(journal.find(3, 1), nullptr);
  EXPECT_EQ(journal.find(3, 1)->value, 0.1234567890123);
  EXPECT_EQ(journal.find(3, 1)->curve, (std::vector<double>{0.1, 0.2}));
  EXPECT_EQ(journal.find(4, 1)->error, "no");
  EXPECT_EQ(journal.find(3, 0), nullptr);
}

TEST(Journal, DropsALineThatWasCutOff) {
  const TemporaryFolder folder;
  const std::string path = folder / "journal.jsonl";
  Journal(path, "key").add({.trial = 1, .value = 0.5});
  OutputFile::append(path).write("{\"trial\": 2, \"rou");
  {
    Journal journal(path, "key");
    EXPECT_NE(journal.find(1, 0), nullptr);
    EXPECT_EQ(journal.find(2, 0), nullptr);
    journal.add({.trial = 2, .value = 0.25});
  }
  EXPECT_EQ(Journal(path, "key").find(2, 0)->value, 0.25);
}

TEST(Journal, RefusesAnotherSearch) {
  const TemporaryFolder folder;
  const std::string path = folder / "journal.jsonl";
  Journal(path, "one");
  EXPECT_NE(message_of([&] { Journal(path, "two"); }).find("is of a search with other settings"),
            std::string::npos);
}

}  // namespace
}  // namespace shortlist
