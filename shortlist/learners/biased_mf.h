// Matrix factorisation of ratings, SVD and SVD++ (factors/biased_mf.h). The score of an item is the rating
// that the user would give it. The vector of a query with a history but without a known user is the
// regularised least-squares solution for the history's labels.
#pragma once

#include "shortlist/factors/biased_mf.h"
#include "shortlist/learners/factor_retriever.h"

namespace shortlist {

struct BiasedMfModel {
  BiasedMfFactors factors;  // users: complete
  double regularization = 0;
};

struct BiasedMfSettings {
  static constexpr const char* kind = "biased_mf";
  static constexpr bool has_vectors = true;
  static constexpr const char* help =
      "Matrix factorisation of ratings (SVD, SVD++): predicts the label from biases and factors of the user "
      "and "
      "the item, and recommends the items with the highest prediction";
  std::string label;
  int factors = 100;
  int epochs = 20;
  double learning_rate = 0.005;
  double regularization = 0.02;
  double deviation = 0.1;
  bool implicit = false;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("label", label,
          "Column of the ratings to predict. The default is the label of the first [[ranking]].");
    visit("factors", factors, "Width of the vectors", Range::between(1, 4096));
    visit("epochs", epochs, "Number of passes over the ratings", Range::at_least(1));
    visit("learning_rate", learning_rate, "Length of the steps", Range::above(0));
    visit("regularization", regularization, "Factor of the squares of the vectors and biases of each step",
          Range::at_least(0));
    visit("deviation", deviation, "Standard deviation of the initial vectors", Range::at_least(0));
    visit("implicit", implicit,
          "SVD++: also learn from which items a user rated, whatever the ratings. Runs on one thread.");
  }

  std::unique_ptr<Learner> make_learner(const LearnerInput& input) const;
  static std::unique_ptr<Retriever> load(const StoredModel& stored);
};

}  // namespace shortlist
