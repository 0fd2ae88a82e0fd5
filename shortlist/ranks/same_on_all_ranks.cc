#include "shortlist/ranks/same_on_all_ranks.h"

#include <fmt/ranges.h>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

// Each text, closed by a zero byte.
ByteVector bytes_of_facts(const std::vector<RankFact>& facts) {
  ByteVector bytes;
  const auto add = [&](const std::string& text) {
    for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
    bytes.push_back(std::byte{0});
  };
  for (const RankFact& fact : facts) {
    add(fact.name);
    add(fact.value);
  }
  return bytes;
}

std::vector<RankFact> facts_of_bytes(const ByteVector& bytes) {
  std::vector<std::string> texts(1);
  for (const std::byte b : bytes) {
    if (b == std::byte{0}) {
      texts.emplace_back();
    } else {
      texts.back() += static_cast<char>(b);
    }
  }
  std::vector<RankFact> facts;
  for (size_t i = 0; i + 1 < texts.size(); i += 2) facts.push_back({texts[i], texts[i + 1]});
  return facts;
}

// The fact of that name, or "" if the rank, of another version, does not have it.
std::string value_of(const std::vector<RankFact>& facts, const std::string& name) {
  for (const RankFact& fact : facts) {
    if (fact.name == name) return fact.value;
  }
  return "";
}

}  // namespace

void check_same_on_all_ranks(Communicator& ranks, const std::vector<RankFact>& facts) {
  const std::vector<ByteVector> all = ranks.all_gather(bytes_of_facts(facts));
  const std::vector<RankFact> first = facts_of_bytes(all[0]);
  for (const RankFact& fact : first) {
    std::vector<size_t> others;
    std::string other;
    for (size_t rank = 1; rank < all.size(); ++rank) {
      const std::string value = value_of(facts_of_bytes(all[rank]), fact.name);
      if (value == fact.value) continue;
      if (others.empty()) other = value;
      others.push_back(rank);
    }
    if (others.empty()) continue;
    throw usage_error("{} differs: rank 0 has {}, rank{} {} {} {}. All ranks of a job must have the same",
                      fact.name, fact.value, others.size() == 1 ? "" : "s", fmt::join(others, ", "),
                      others.size() == 1 ? "has" : "have", other.empty() ? "none" : other);
  }
}

}  // namespace shortlist
