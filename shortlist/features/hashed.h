// One value per row, hashed to a bucket. Nothing is fitted, and values may collide. Keras's Hashing: the
// bytes' fingerprint64, or SipHash with key (salt, salt), modulo the number of buckets. Integers are hashed
// by their decimal text.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "shortlist/base/fields.h"
#include "shortlist/features/feature.h"
#include "shortlist/features/missing_value.h"

namespace shortlist {

struct HashedSettings {
  static constexpr const char* kind = "hashed";
  static constexpr const char* help = "One value, hashed to a bucket; needs no vocabulary";
  int32_t buckets = 1024;
  std::optional<int64_t> salt;
  std::optional<int> hashes;
  MissingValue missing = MissingValue::empty;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("buckets", buckets, "Number of ids", Range::between(1, kMostIds));
    visit("salt", salt, "Key of SipHash, as in Keras. If not set, the hash is FarmHash's fingerprint.");
    visit("hashes", hashes,
          "Number of buckets of a value, each by a hash of its own: the embeddings are concatenated, so that "
          "two values are confused only if all of their buckets are the same. Hash j is SipHash with the key "
          "(salt, j), as in TensorFlow Recommenders' UnifiedEmbedding.",
          Range::between(1, 64));
    visit("missing", missing,
          "How to treat a missing value: empty (no id, zeros), token (an id of its own), error, oov (the id "
          "0)");
  }
  static constexpr bool yields_ids() { return true; }
  void check(const Value& value, const Where& where) const;
  std::unique_ptr<FeatureFit> make_fit() const;
  static std::unique_ptr<const Feature> load(const nlohmann::json& feature);
};

class FeatureSettings;
// The number of ids of each row, whose embeddings are concatenated; 1 for another kind.
int hashes_of(const FeatureSettings& settings);

}  // namespace shortlist
