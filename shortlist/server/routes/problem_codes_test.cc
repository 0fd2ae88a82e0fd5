#include "shortlist/server/routes/problem_codes.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>

#include "shortlist/io/file.h"
#include "shortlist/server/http/http.h"

namespace shortlist {
namespace {

TEST(ProblemCodes, AreAllThatTheSourcesUse) {
  const std::regex use(R"re([({]\s*([1-5][0-9]{2}), "([a-z_]+)")re");
  size_t uses = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("shortlist/server")) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".cc") || name.ends_with("_test.cc")) continue;
    const std::string source = read_file(entry.path());
    for (std::sregex_iterator at(source.begin(), source.end(), use), end; at != end; ++at, ++uses) {
      const std::string code = (*at)[2];
      if (code == "ready" || code == "live" || code == "draining") continue;  // not problem codes
      EXPECT_NE(std::ranges::find(kProblemCodes, code, &ProblemCode::code), std::end(kProblemCodes))
          << name << ": " << code;
    }
  }
  EXPECT_GT(uses, 20u);
}

TEST(ProblemCodes, AreAllDocumented) {
  const std::string docs = read_file("docs/reference/http.md");
  for (const ProblemCode& code : kProblemCodes) {
    EXPECT_NE(docs.find(fmt::format("| {} | `{}` |", code.status, code.code)), std::string::npos)
        << code.code;
    EXPECT_NE(status_text(code.status), "") << code.code;
  }
}

}  // namespace
}  // namespace shortlist
