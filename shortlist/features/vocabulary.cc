#include "shortlist/features/vocabulary.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "shortlist/features/cell.h"
#include "shortlist/features/feature_settings.h"
#include "shortlist/features/fingerprint.h"
#include "shortlist/features/utf8.h"

namespace shortlist {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

std::string to_hex(std::string_view bytes) {
  std::string hex;
  for (unsigned char c : bytes) hex += kHexDigits[c >> 4], hex += kHexDigits[c & 15];
  return hex;
}

std::string from_hex(std::string_view hex) {
  const auto digit = [&](size_t at) {
    const size_t value = std::string_view(kHexDigits).find(hex[at]);
    if (value == std::string_view::npos)
      throw data_error("vocabulary: got {}, need hex digits", quote_value(hex));
    return value;
  };
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) bytes += static_cast<char>(digit(i) << 4 | digit(i + 1));
  return bytes;
}

}  // namespace

std::vector<std::string_view> without_oov(const std::vector<std::string>& vocabulary) {
  std::vector<std::string_view> tokens;
  for (const std::string& token : vocabulary) {
    if (token != kOovToken) tokens.push_back(token);
  }
  return tokens;
}

void check_distinct(const std::vector<std::string>& vocabulary, const Value& value, const Where& where) {
  StringIndex seen;
  for (const std::string& token : vocabulary) {
    if (token == kOovToken) continue;
    if (seen.find(token) >= 0) {
      throw setting_error(value, where, "vocabulary", quote_value(token) + " is listed twice");
    }
    seen.insert(token);
  }
}

void VocabularySettings::check(const Value& value, const Where& where) const {
  if (oov_buckets < 0) throw setting_error(value, where, "oov_buckets", "need 0 or more");
  if (minimum_count < 1) throw setting_error(value, where, "minimum_count", "need 1 or more");
  if (max_tokens && *max_tokens <= oov_buckets) {
    throw setting_error(value, where, "max_tokens",
                        fmt::format("need more than oov_buckets ({})", oov_buckets));
  }
  if ((order == TokenOrder::given) == vocabulary.empty()) {
    throw setting_error(value, where, "vocabulary",
                        "order = \"given\" and a vocabulary can only be used together");
  }
  check_distinct(vocabulary, value, where);
}

void TokenCounts::add(std::string_view token, int64_t count) {
  const auto number = static_cast<size_t>(tokens_.insert(token));
  if (number == counts_.size()) counts_.push_back(0);
  counts_[number] += count;
}

void TokenCounts::merge(const TokenCounts& other) {
  for (size_t i = 0; i < other.counts_.size(); ++i) add(other.tokens_[i], other.counts_[i]);
}

void TokenCounts::admit(std::string_view token, bool keep) {
  if (!keep && tokens_.find(token) < 0) return;
  add(token, 0);
  admitted_.resize(counts_.size());
  admitted_[static_cast<size_t>(tokens_.find(token))] = true;
}

std::vector<std::string_view> TokenCounts::by_frequency(size_t most, int64_t minimum_count) const {
  std::vector<size_t> numbers;
  for (size_t i = 0; i < counts_.size(); ++i) {
    const bool admitted = i < admitted_.size() && admitted_[i];
    if ((counts_[i] >= minimum_count || admitted) && tokens_[i] != kOovToken) numbers.push_back(i);
  }
  std::sort(numbers.begin(), numbers.end(), [&](size_t a, size_t b) {
    return counts_[a] != counts_[b] ? counts_[a] > counts_[b] : tokens_[a] > tokens_[b];
  });
  numbers.resize(std::min(numbers.size(), most));
  std::vector<std::string_view> tokens;
  for (size_t number : numbers) tokens.push_back(tokens_[number]);
  return tokens;
}

std::vector<std::string_view> TokenCounts::choose(const VocabularySettings& settings) const {
  if (settings.order == TokenOrder::given) return without_oov(settings.vocabulary);
  const size_t most =
      settings.max_tokens ? static_cast<size_t>(*settings.max_tokens - settings.oov_buckets) : SIZE_MAX;
  std::vector<std::string_view> tokens = by_frequency(most, settings.minimum_count);
  if (settings.order == TokenOrder::bytes) std::sort(tokens.begin(), tokens.end());
  return tokens;
}

Vocabulary::Vocabulary(const std::vector<std::string_view>& tokens, int32_t oov_id, int32_t oov_buckets)
    : oov_id_(oov_id), oov_buckets_(oov_buckets), first_(oov_id + oov_buckets) {
  if (oov_buckets < 0) throw data_error("vocabulary: got {} oov_buckets, need 0 or more", oov_buckets);
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens_.insert(tokens[i]) != static_cast<int32_t>(i)) {
      throw data_error("vocabulary: {} is listed twice", quote_value(tokens[i]));
    }
  }
}

int32_t Vocabulary::id(std::string_view token, uint64_t* unseen) const {
  const int32_t number = tokens_.find(token);
  if (number >= 0) return first_ + number;
  if (unseen != nullptr) ++*unseen;
  if (oov_buckets_ == 0) return -1;
  if (oov_buckets_ == 1) return oov_id_;
  return oov_id_ + static_cast<int32_t>(fingerprint64(token) % static_cast<uint64_t>(oov_buckets_));
}

std::string Vocabulary::token(int32_t id) const {
  if (id < oov_id_ || id >= id_count()) return "";
  return std::string(id < first_ ? kOovToken : tokens_[static_cast<size_t>(id - first_)]);
}

nlohmann::json Vocabulary::to_json() const {
  nlohmann::json list = nlohmann::json::array();
  for (size_t i = 0; i < tokens_.size(); ++i) {
    const std::string_view token = tokens_[i];
    if (is_utf8(token)) {
      list.push_back(token);
    } else {
      list.push_back({{"hex", to_hex(token)}});
    }
  }
  return list;
}

Vocabulary Vocabulary::from_json(const nlohmann::json& tokens, int32_t oov_id, int32_t oov_buckets) {
  std::vector<std::string> texts;
  for (const nlohmann::json& token : tokens) {
    texts.push_back(token.is_object() ? from_hex(token.at("hex").get<std::string>())
                                      : token.get<std::string>());
  }
  return Vocabulary({texts.begin(), texts.end()}, oov_id, oov_buckets);
}

}  // namespace shortlist
