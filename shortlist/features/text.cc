#include "shortlist/features/text.h"

#include <nlohmann/json.hpp>

#include "shortlist/features/bag_writer.h"
#include "shortlist/features/cell.h"
#include "shortlist/features/feature_settings.h"
#include "shortlist/features/vocabulary.h"

namespace shortlist {
namespace {

constexpr int32_t kUnknown = 1;     // id of an unknown word; 0 is padding
constexpr int32_t kSpecialIds = 2;  // ids before the first word

// Keras's get_vocabulary() begins with "" (padding) and "[UNK]".
std::vector<std::string_view> words_of(const std::vector<std::string>& vocabulary) {
  std::vector<std::string_view> words = without_oov(vocabulary);
  std::erase(words, std::string_view());
  return words;
}

class Text final : public Feature {
 public:
  Text(TextSettings settings, Vocabulary vocabulary)
      : settings_(std::move(settings)), vocabulary_(std::move(vocabulary)) {}

  std::string_view kind() const override { return TextSettings::kind; }
  InputForm input() const override { return {InputKind::words}; }

  int32_t id_count() const override {
    const bool reserve =
        settings_.max_tokens && settings_.rows.value_or(TextRows::max_tokens) == TextRows::max_tokens;
    return reserve ? std::max(*settings_.max_tokens, vocabulary_.id_count()) : vocabulary_.id_count();
  }

  void encode(const Column& values, EncodedColumn& out, uint64_t* unseen) const override {
    BagWriter bags(out);
    Tokenizer tokenizer(settings_.standardize, settings_.ngrams);
    const auto most = static_cast<size_t>(settings_.max_length.value_or(std::numeric_limits<int32_t>::max()));
    const auto add = [&](std::string_view token) {
      if (bags.size() == most) return;
      const int32_t id = vocabulary_.id(token, unseen);
      if (id != kUnknown || settings_.unknown == UnknownWord::oov) bags.add(id);
    };
    TextCell cell;
    for (size_t row = 0; row < values.rows; ++row) {
      if (cell.read(values, row)) {
        tokenizer.tokenize(cell.text(), add);
      } else {
        add_missing(row, bags);
      }
      bags.end_row();
    }
  }

  std::string token(int32_t id) const override { return vocabulary_.token(id); }

  nlohmann::json to_json() const override {
    return {{"kind", kind()},
            {"settings", settings_to_json(write_fields(settings_))},
            {"tokens", vocabulary_.to_json()}};
  }

 private:
  void add_missing(size_t row, BagWriter& bags) const {
    if (settings_.missing == MissingText::error) throw RowError(row, "the value is missing");
    if (settings_.missing == MissingText::oov) bags.add(kUnknown);
  }

  TextSettings settings_;
  Vocabulary vocabulary_;
};

class TextFit final : public FeatureFit {
 public:
  explicit TextFit(TextSettings settings)
      : settings_(std::move(settings)), tokenizer_(settings_.standardize, settings_.ngrams) {}

  void observe(const Column& values, Counts counts) override {
    if (!settings_.vocabulary.empty()) return;
    TextCell cell;
    for (size_t row = 0; row < values.rows; ++row) {
      if (!cell.read(values, row)) continue;
      if (settings_.fit_on == FitOn::unique) {
        texts_.insert(cell.text());
      } else {
        count(cell.text(), counts[row]);
      }
    }
  }

  void merge(const FeatureFit& other) override {
    const auto& fit = dynamic_cast<const TextFit&>(other);
    counts_.merge(fit.counts_);
    for (size_t i = 0; i < fit.texts_.size(); ++i) texts_.insert(fit.texts_[i]);
  }

  std::unique_ptr<const Feature> finish() override {
    for (size_t i = 0; i < texts_.size(); ++i) count(texts_[i], 1);
    texts_ = StringIndex();
    const size_t most =
        settings_.max_tokens ? static_cast<size_t>(*settings_.max_tokens - kSpecialIds) : SIZE_MAX;
    const auto words =
        settings_.vocabulary.empty() ? counts_.by_frequency(most, 1) : words_of(settings_.vocabulary);
    return std::make_unique<Text>(settings_, Vocabulary(words, kUnknown, 1));
  }

 private:
  void count(std::string_view text, int64_t times) {
    tokenizer_.tokenize(text, [&](std::string_view token) { counts_.add(token, times); });
  }

  TextSettings settings_;
  Tokenizer tokenizer_;
  TokenCounts counts_;
  StringIndex texts_;  // distinct texts, if each counts once
};

}  // namespace

void TextSettings::check(const Value& value, const Where& where) const {
  if (ngrams < 1) throw setting_error(value, where, "ngrams", "need 1 or more");
  if (max_tokens && *max_tokens <= kSpecialIds) {
    throw setting_error(value, where, "max_tokens", "need 3 or more: padding, unknown, and one word");
  }
  if (rows == TextRows::max_tokens && !max_tokens) {
    throw setting_error(value, where, "rows", "\"max_tokens\" needs the setting max_tokens");
  }
  if (max_length && *max_length < 1) throw setting_error(value, where, "max_length", "need 1 or more");
  check_distinct(vocabulary, value, where);
  const size_t words = words_of(vocabulary).size();
  if (max_tokens && words > static_cast<size_t>(*max_tokens - kSpecialIds)) {
    throw setting_error(value, where, "vocabulary",
                        fmt::format("got {} words, need at most {} (max_tokens less padding and unknown)",
                                    words, *max_tokens - kSpecialIds));
  }
}

std::unique_ptr<FeatureFit> TextSettings::make_fit() const { return std::make_unique<TextFit>(*this); }

std::unique_ptr<const Feature> TextSettings::load(const nlohmann::json& feature) {
  auto settings = load_settings<TextSettings>(feature.at("settings"));
  return std::make_unique<Text>(std::move(settings),
                                Vocabulary::from_json(feature.at("tokens"), kUnknown, 1));
}

}  // namespace shortlist
