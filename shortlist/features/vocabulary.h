// Tokens and their ids: counted in a fit, looked up afterwards.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/base/function_ref.h"
#include "shortlist/features/feature.h"
#include "shortlist/features/string_index.h"

namespace shortlist {

// Shown for an id without a token. As a value of the table it counts as unseen, as in Keras.
inline constexpr std::string_view kOovToken = "[UNK]";

enum class TokenOrder {
  bytes,      // ascending, as np.unique
  frequency,  // count descending, ties by bytes descending, as Keras's adapt
  given,
};
template <>
struct EnumNames<TokenOrder> {
  static constexpr std::pair<TokenOrder, std::string_view> names[] = {
      {TokenOrder::bytes, "bytes"}, {TokenOrder::frequency, "frequency"}, {TokenOrder::given, "given"}};
};

// Takes one value of a row.
using UseValue = FunctionRef<void(std::string_view)>;

// Settings shared by all kinds that look up whole values.
struct VocabularySettings {
  TokenOrder order = TokenOrder::bytes;
  std::vector<std::string> vocabulary;
  int oov_buckets = 1;
  int64_t minimum_count = 1;
  std::optional<int32_t> max_tokens;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("order", order, "Order of the ids: bytes (as np.unique), frequency (as Keras's adapt), given");
    visit("vocabulary", vocabulary, "The values in the order of their ids, with order = \"given\"");
    visit("oov_buckets", oov_buckets,
          "Number of ids for unseen values, before all others. With several, a value's fingerprint decides, "
          "as in Keras. With 0, an unseen value has no id.",
          Range::between(0, kMostIds));
    visit("minimum_count", minimum_count,
          "Number of rows that a value must occur in to have an id of its own", Range::at_least(1));
    visit("max_tokens", max_tokens,
          "Maximum number of ids, including those for unseen values. The most frequent values are kept.",
          Range::between(1, kMostIds));
  }
  static constexpr bool yields_ids() { return true; }
  void check(const Value& value, const Where& where) const;
};

// Throws a usage Error if the setting "vocabulary" contains a duplicate.
void check_distinct(const std::vector<std::string>& vocabulary, const Value& value, const Where& where);

// Removes "[UNK]", which Keras's get_vocabulary() includes and which is not a token.
std::vector<std::string_view> without_oov(const std::vector<std::string>& vocabulary);

class TokenCounts {
 public:
  void add(std::string_view token, int64_t count = 1);
  void merge(const TokenCounts& other);
  // The token needs no minimum count. If it was not counted, it is left out unless `keep` is set.
  void admit(std::string_view token, bool keep);

  // The tokens by descending frequency, at most `most`, each admitted or seen at least `minimum_count` times,
  // without "[UNK]".
  std::vector<std::string_view> by_frequency(size_t most, int64_t minimum_count) const;

  // The tokens that get ids, in the order of their ids. Valid as long as this object.
  std::vector<std::string_view> choose(const VocabularySettings& settings) const;

 private:
  StringIndex tokens_;
  std::vector<int64_t> counts_;
  std::vector<bool> admitted_;  // as far as any are
};

// Ids [oov_id, oov_id + oov_buckets) are for unseen values; the tokens follow.
class Vocabulary {
 public:
  // Throws a data Error for a duplicate token.
  Vocabulary(const std::vector<std::string_view>& tokens, int32_t oov_id, int32_t oov_buckets);

  // The value's id, or -1 for an unseen value if there are no buckets. If `unseen` is given, adds 1 to it for
  // an unseen value.
  int32_t id(std::string_view token, uint64_t* unseen) const;
  int32_t id_count() const { return first_ + static_cast<int32_t>(tokens_.size()); }
  // "[UNK]" for the id of unseen values. Empty if the id has no token.
  std::string token(int32_t id) const;

  // A list of the tokens. A token that is not UTF-8 is written as {"hex": "..."}.
  nlohmann::json to_json() const;
  static Vocabulary from_json(const nlohmann::json& tokens, int32_t oov_id, int32_t oov_buckets);

 private:
  StringIndex tokens_;
  int32_t oov_id_, oov_buckets_;
  int32_t first_;  // id of the first token
};

}  // namespace shortlist
