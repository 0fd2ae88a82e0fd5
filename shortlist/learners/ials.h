// Implicit alternating least squares (factors/ials.h). The vector of a query is the least-squares solution
// for the history's items, so an unknown user with the same history gets the same list as a known one.
#pragma once

#include "shortlist/factors/ials.h"
#include "shortlist/learners/factor_retriever.h"

namespace shortlist {

template <>
struct EnumNames<AlsSolver> {
  static constexpr std::pair<AlsSolver, std::string_view> names[] = {{AlsSolver::cg, "cg"},
                                                                     {AlsSolver::cholesky, "cholesky"}};
};

struct IalsModel {
  FactorTable items;
  FactorTable users;              // empty unless rows count by their weights, which histories do not have
  std::vector<float> popularity;  // [items], the share of the most popular item
  double alpha = 0, regularization = 0, nu = 0;
  bool weighted = false;
};

struct IalsSettings {
  static constexpr const char* kind = "ials";
  static constexpr bool has_vectors = true;
  static constexpr const char* help =
      "Implicit matrix factorisation by alternating least squares: a vector for each user and item, such "
      "that "
      "items that a user took score 1 and all others 0, as far as possible";
  int factors = 64;
  int epochs = 16;
  double alpha = 5;
  double regularization = 1;
  double nu = 0.5;
  AlsSolver solver = AlsSolver::cg;
  int cg_steps = 3;
  bool weighted = false;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("factors", factors, "Width of the vectors", Range::between(1, 4096));
    visit("epochs", epochs, "Number of times that all users and all items are solved for",
          Range::at_least(1));
    visit("alpha", alpha,
          "Weight of an item that a user took, on top of the weight 1 that every item has (Hu et al. 2008)",
          Range::at_least(0));
    visit("regularization", regularization,
          "Factor of the squares of a vector, times the sum of the weights of its row to the power of nu",
          Range::at_least(0));
    visit("nu", nu,
          "How the regularisation grows with the number of a user's items and of an item's users: 0, not at "
          "all; 1, with the sum of their weights (Rendle et al. 2021)",
          Range::between(0, 2));
    visit("solver", solver,
          "cg, a few steps of the conjugate gradient method from the vector of the epoch before; cholesky, "
          "exact");
    visit("cg_steps", cg_steps, "Steps of solver = \"cg\"", Range::between(1, 100));
    visit("weighted", weighted,
          "Whether a user's rows with an item count by their weights (data.weight), added up. If not, a user "
          "has an item or does not.");
  }

  std::unique_ptr<Learner> make_learner(const LearnerInput& input) const;
  static std::unique_ptr<Retriever> load(const StoredModel& stored);
};

}  // namespace shortlist
