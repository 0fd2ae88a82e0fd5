// The settings of the losses that [retrieval] can name, one struct for each loss. pair_formula.h has the
// formulas of those that compare a row's item with sampled items.
#pragma once

#include "shortlist/losses/loss.h"

namespace shortlist {

// Negatives that are drawn for each pair, or once for each batch.
constexpr Negatives drawn_for_pairs(size_t uniform) {
  return {.in_batch = false, .uniform = uniform, .per_pair = true, .accidental_hits = AccidentalHits::item};
}
constexpr Negatives drawn_for_batches(size_t uniform) {
  return {.in_batch = false, .uniform = uniform, .accidental_hits = AccidentalHits::item};
}

struct InBatchSoftmaxSettings {
  static constexpr const char* kName = "in_batch_softmax";
  static constexpr Negatives kNegatives = {};

  template <typename Visitor>
  void fields(Visitor&) {}
  LossPtr make(const LossOptions& options) const;
};

struct FullSoftmaxSettings {
  static constexpr const char* kName = "full_softmax";
  static constexpr Negatives kNegatives = {.in_batch = false, .catalogue = true};

  template <typename Visitor>
  void fields(Visitor&) {}
  LossPtr make(const LossOptions& options) const;
};

struct SampledSoftmaxSettings {
  static constexpr const char* kName = "sampled_softmax";
  static constexpr Negatives kNegatives = drawn_for_batches(1000);

  template <typename Visitor>
  void fields(Visitor&) {}
  LossPtr make(const LossOptions& options) const;
};

struct BprSettings {
  static constexpr const char* kName = "bpr";
  static constexpr Negatives kNegatives = drawn_for_pairs(1);

  template <typename Visitor>
  void fields(Visitor&) {}
  LossPtr make(const LossOptions& options) const;
};

struct HingeSettings {
  static constexpr const char* kName = "hinge";
  static constexpr Negatives kNegatives = drawn_for_pairs(1);
  double margin = 1;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("margin", margin, "hinge: by how much a row's item must score higher than a negative",
          Range::above(0));
  }
  LossPtr make(const LossOptions& options) const;
};

struct CosineContrastiveSettings {
  static constexpr const char* kName = "cosine_contrastive";
  static constexpr Negatives kNegatives = drawn_for_batches(1000);
  double cosine_margin = 0.9, negative_weight = 10;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("cosine_margin", cosine_margin,
          "cosine_contrastive: negatives with a lower cosine than this have no loss", Range::between(-1, 1));
    visit("negative_weight", negative_weight,
          "cosine_contrastive: weight of the mean over the negatives relative to the row's own item",
          Range::above(0));
  }
  LossPtr make(const LossOptions& options) const;
};

struct SampledCrossentropySettings {
  static constexpr const char* kName = "binary_crossentropy";
  static constexpr Negatives kNegatives = drawn_for_pairs(1);

  template <typename Visitor>
  void fields(Visitor&) {}
  LossPtr make(const LossOptions& options) const;
};

struct GbceSettings {
  static constexpr const char* kName = "gbce";
  static constexpr Negatives kNegatives = drawn_for_pairs(256);
  double calibration = 0.75;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("calibration", calibration,
          "gbce: t of gSASRec. 0 is the mean binary cross-entropy, which is too confident; 1 is calibrated.",
          Range::between(0, 1));
  }
  LossPtr make(const LossOptions& options) const;
};

}  // namespace shortlist
