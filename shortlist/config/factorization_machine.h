// model.kind = "factorization_machine": two towers that add the embeddings of their features, with biases.
//
// The second-order factorisation machine (Rendle 2010, eq. (1)) over the features of a query and an item is
// sum of linear terms + sum over pairs of features of v_f . v_g. Pairs within the query are equal for all
// items, and pairs within an item are part of the item's bias, so a list depends on (sum of the query's v) .
// (sum of the item's v) + the item's bias: the inner product of two towers.
#pragma once

namespace shortlist {

struct Config;

// Sets dimensions, layers and biases of both towers. Does nothing for other kinds. Throws a usage Error for
// a dim or layers that the config sets otherwise.
void complete_factorization_machine(Config& config);

}  // namespace shortlist
