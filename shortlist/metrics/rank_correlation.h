// Rank correlations.
#pragma once

#include <span>
#include <vector>

namespace shortlist {

// The rank of each value, from 1. Equal values have the mean of their ranks.
std::vector<double> mean_ranks(std::span<const double> values);

// Spearman's correlation of x and y: that of their mean ranks, in [-1, 1]. 0 if all x or all y are equal. The
// values are finite and there is one y for each x.
double rank_correlation(std::span<const double> x, std::span<const double> y);

// How far the order of the values with more ties follows from that of the others: the covariance of the mean
// ranks / the smaller of their variances. Unlike Spearman's correlation, it is 1 (or -1) if y rises (falls)
// with x in steps. In [-1, 1]; 0 if all x or all y are equal.
double order_agreement(std::span<const double> x, std::span<const double> y);

}  // namespace shortlist
