// Matrix factorisation by Bayesian personalised ranking (factors/bpr.h). A known user has the vector that was
// learnt; that of any other query is learnt from its history, with the items' vectors fixed.
#pragma once

#include "shortlist/factors/bpr.h"
#include "shortlist/learners/factor_retriever.h"

namespace shortlist {

template <>
struct EnumNames<NegativeItems> {
  static constexpr std::pair<NegativeItems, std::string_view> names[] = {{NegativeItems::uniform, "uniform"},
                                                                         {NegativeItems::popular, "popular"}};
};

struct BprModel {
  BprFactors factors;
  BprOptions options;  // rate, regularization and seed, for folding in
};

// A fitted model's retriever, with the index of the config if it is `searched`.
std::unique_ptr<Retriever> make_bpr_retriever(std::shared_ptr<const BprModel> model,
                                              const LearnerInput& input, bool searched);

struct BprMfSettings {
  static constexpr const char* kind = "bpr_mf";
  static constexpr bool has_vectors = true;
  static constexpr const char* help =
      "Matrix factorisation that learns the order of items: what a user took scores more than what the user "
      "did not take (Bayesian personalised ranking)";
  int factors = 64;
  int epochs = 50;
  double learning_rate = 0.05;
  double regularization = 0.01;
  NegativeItems negatives = NegativeItems::uniform;
  bool weighted = false;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("factors", factors, "Width of the vectors", Range::between(1, 4096));
    visit("epochs", epochs, "Number of passes over the users' items", Range::at_least(1));
    visit("learning_rate", learning_rate, "Length of the steps", Range::above(0));
    visit("regularization", regularization, "Factor of the squares of the vectors and biases of each step",
          Range::at_least(0));
    visit(
        "negatives", negatives,
        "How the items are drawn with which a user's items are compared: uniform, each item as often as any "
        "other; popular, as often as users take it");
    visit("weighted", weighted,
          "Whether a user's rows with an item count by their weights (data.weight), added up. If not, a user "
          "has an item or does not.");
  }

  std::unique_ptr<Learner> make_learner(const LearnerInput& input) const;
  static std::unique_ptr<Retriever> load(const StoredModel& stored);
};

}  // namespace shortlist
